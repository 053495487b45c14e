import { cover } from '../merge/covering.ts';
import { type Cell, crossedCells, requirepassCells } from './cells.ts';
import type { DefaultRule, Entry } from './default-rules.ts';
import { expectedOf } from './expected.ts';

/** A sample for real starts: each rule, each place, each address, and what each comes to beside the others. Deterministic. */
export function coveringSample(): Cell[] {
  return cover([...crossedCells(), ...requirepassCells()], featuresOf);
}

/** What a cell shows. */
function featuresOf(cell: Cell): string[] {
  const { rule, primary, bind, circumstance, variable } = cell;
  const expected = expectedOf(cell);
  if (expected.kind === 'refused') return [`refused for ${kindOf(rule)}`, `refused ${variable}`];
  const { entry, login, others } = expected;
  const gives = variable === null ? 'no password' : `${variable} ${login === 'given' ? 'used' : 'unused'}`;
  return [
    rule.title.replace(/^.*: /, ''),
    `${kindOf(rule)}: ${waysOf(entry)}`,
    `${gives}, ${circumstance}`,
    `${bind.words} ${others} ${entry.isFree}`,
    `${others} ${waysOf(entry)}`,
    `${cell.place} ${cell.loads}`,
    ...(primary === null ? [] : [`${primary.name} ${primary.value}`, `primary ${primary.value}, ${gives}`]),
    ...cell.requirepass.flatMap(({ place, value }) => [
      `requirepass ${value} in ${place}`,
      `requirepass ${value} beside ${kindOf(rule)}`,
    ]),
  ];
}

function kindOf({ line, aclFile, entry }: DefaultRule): string {
  const kind = line !== undefined ? 'line' : aclFile !== undefined ? 'ACL file' : 'nothing';
  return entry === null ? `${kind} without a rule` : kind;
}

function waysOf({ isFree, needsNone, takes }: Entry): string {
  return isFree ? 'free' : `${needsNone ? 'disabled' : 'closed'} ${takes.join(' ')}`;
}

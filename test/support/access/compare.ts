import { readConfiguration } from '../../../entrypoint/conf/configuration.ts';
import { START_RECORD } from '../../../entrypoint/host/host.ts';
import { readRecord } from '../../../entrypoint/server/reach.ts';
import { textOf } from '../../../entrypoint/text/bytes.ts';
import type { Compared } from '../expect-equal.ts';
import { bundle as held } from '../fake-image.ts';
import { type Started, start } from '../fake-start.ts';
import { cover } from '../merge/covering.ts';
import { worlds } from '../merge/outcome.ts';
import {
  ACL_FILE,
  type Cell,
  crossedCells,
  type DefaultRule,
  type Entry,
  entryOfRequirepass,
  freshEntry,
  layOutAccess,
  type Password,
  passwords,
  requirepassCells,
  titleOf,
  type Value,
} from './cells.ts';

/*
 * What must come out of a cell, by the rules of the documentation and of the server alone: nothing of the entrypoint is called here.
 */

export type Expected =
  /** The start ends with VB514. */
  | { readonly kind: 'refused' }
  | {
      readonly kind: 'started';
      /** Every warning about who gets in, sorted. */
      readonly codes: readonly string[];
      /** What the server's directives are, whoever said so; null where they are not said. */
      readonly requirepass: Value | null;
      readonly primaryauth: Value | null;
      readonly entry: Entry;
      /** The password with which health and the cluster tool ask. */
      readonly login: Password | null;
      /** What a client hears that comes from another address than loopback. */
      readonly others: 'served' | 'denied' | 'not connected';
    };

export function expectedOf(cell: Cell): Expected {
  const { rule, primary, bind } = cell;
  const isGiven = cell.variable !== null;
  // The later place wins.
  const required = cell.requirepass.at(-1)?.value ?? null;
  const said = rule.entry ?? entryOfRequirepass(required);
  const entry = said ?? (isGiven ? entryOfRequirepass('given') : null) ?? freshEntry;
  // The image turns protected mode off where nobody says anything.
  const isProtected = cell.protectedMode === 'yes';
  const isOpen = entry.isFree && bind.mayServeOthers && !isProtected;
  if (isOpen && isGiven) return { kind: 'refused' };
  const hasEffect = isGiven && entry.takes.includes('given');
  const isUnused = isGiven && (!hasEffect || (primary !== null && primary.value !== 'given'));
  return {
    kind: 'started',
    codes: [...(isUnused ? ['VB209'] : []), ...(isOpen ? ['VB510'] : []), ...(bind.isLoopbackAlone ? ['VB517'] : [])],
    requirepass: required ?? (hasEffect && said === null ? 'given' : null),
    primaryauth: primary?.value ?? (hasEffect ? 'given' : null),
    entry,
    login: hasEffect ? 'given' : (entry.readable[0] ?? null),
    others: othersOf(cell, entry),
  };
}

/** Protected mode turns others away only where the user default needs no password. */
function othersOf({ bind, protectedMode }: Cell, { needsNone }: Entry): 'served' | 'denied' | 'not connected' {
  if (!bind.servesOthers) return 'not connected';
  return needsNone && protectedMode === 'yes' ? 'denied' : 'served';
}

/** The image's bundle.json turns protected mode off. */
const bundle = {
  ...held,
  defaults: { moduleArgs: [], directives: [{ name: 'protected-mode', value: 'no' }] },
};

/** Codes about who gets in; VB504 and its like are of how a start is written. */
const ABOUT_ACCESS = /^VB(2|51[^1-3])/;

/** Every cell by the rules and by a start of it. */
export function compareAll(cells: readonly Cell[]): Compared[] {
  return cells.map((cell) => ({ title: titleOf(cell), ...compareOne(cell) }));
}

/** Starts the cell on the recorded host, and says what the rules want and what was done in the same words. */
function compareOne(cell: Cell): Omit<Compared, 'title'> {
  const { command, env, files, stdin } = layOutAccess(cell);
  const world = worlds[cell.circumstance];
  const input = { ...(stdin !== null && { stdin }) };
  const started = start(command, env, { ...world, ...input, files: { ...world.files, ...files }, bundle });
  const expected = expectedOf(cell);
  const common = {
    codes: started.codes.filter((code) => ABOUT_ACCESS.test(code)).sort(),
    exitCode: started.exitCode,
    showsPassword: started.stderr.includes('hush') || showsGiven(command, env, started),
  };
  if (expected.kind === 'refused')
    return { expected: { codes: ['VB514'], exitCode: 78, showsPassword: false }, got: common };
  const { requirepass, primaryauth, entry: _, others: __, login, codes } = expected;
  const { rule } = cell;
  return {
    expected: {
      ...{ codes, exitCode: null, showsPassword: false },
      ...{ requirepass, primaryauth, login },
      user: rule.line ?? null,
      aclFile: rule.aclFile === undefined ? null : rule.aclFile === null ? '' : ACL_FILE,
      protectedMode: cell.protectedMode ?? 'no',
      bind: cell.bind.words?.replaceAll('"', '') ?? null,
    },
    got: { ...common, ...whatServerReads(started) },
  };
}

/** What the server meets of all that decides who gets in, read back from what it was started with. */
function whatServerReads(started: Started): Readonly<Record<string, string | null>> {
  const [, ...args] = started.exec?.argv ?? [];
  const host = started.hostAfter();
  const { settings } = readConfiguration(host, args, {});
  const last = (...names: readonly string[]): string | null => {
    const found = names.map((name) => settings.get(name)).find((setting) => setting !== undefined);
    return found === undefined ? null : found.args.map(textOf).join(' ');
  };
  return {
    requirepass: whichOf(last('requirepass')),
    primaryauth: whichOf(last('primaryauth', 'masterauth')),
    login: whichOf(loginIn(started)),
    user: last('user'),
    aclFile: last('aclfile'),
    protectedMode: last('protected-mode'),
    bind: last('bind'),
  };
}

function loginIn(started: Started): string | null {
  const directory = started.events.find((event) => event.kind === 'write')?.directory ?? '';
  const node = started.hostAfter().tree.look(`${directory}/${START_RECORD}`);
  const record = node?.kind === 'file' ? readRecord(node.content) : null;
  return record === null ? 'no record' : record.password === null ? null : textOf(record.password);
}

function whichOf(text: string | null): string | null {
  if (text === null) return null;
  if (text === '') return 'empty';
  return text === passwords.given ? 'given' : text === passwords.own ? 'own' : text;
}

/** Whether the password of the environment stands where others see it, unless the user put it there. */
function showsGiven(command: readonly string[], env: Readonly<Record<string, string>>, { exec }: Started): boolean {
  const own = [...command, env['VALKEY_EXTRA_FLAGS'] ?? ''].some((word) => word.includes(passwords.given));
  const shown = [...(exec?.argv ?? []), exec?.env['VALKEY_PASSWORD'] ?? ''];
  return !own && shown.some((word) => word.includes(passwords.given));
}

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

import type { Compared } from '../expect-equal.ts';
import type { Cell } from './cells.ts';
import { directiveOf, layOut } from './lay-out.ts';
import { type Expected, expectedOf } from './oracle.ts';
import { type Outcome, runOnFakeHost } from './run-on-fake-host.ts';

type Sides = Omit<Compared, 'title'>;

/** Runs the cell and says both sides in the same words. */
export function compare(cell: Cell): Sides {
  const expected = expectedOf(cell);
  const outcome = runOnFakeHost(cell);
  if (expected.kind === 'refused') return compareRefusal(expected.codes, outcome);
  return { expected: sayExpected(cell, expected), got: sayOutcome(cell, outcome) };
}

const EXIT_CODES: Readonly<Record<string, number>> = { VB503: 73 };

function compareRefusal(codes: readonly string[], { started, plan }: Outcome): Sides {
  const [code = 'none'] = started.codes.filter((said) => codes.includes(said));
  const exitCode = EXIT_CODES[code] ?? 78;
  return {
    expected: { oneOf: codes, codes: [code], exitCode, planExitCode: exitCode, planCodes: [code], executed: null },
    got: {
      oneOf: codes,
      codes: started.codes,
      exitCode: started.exitCode,
      // The tool looks alone: where no directory can take a file is a warning to it.
      planExitCode: code === 'VB503' ? exitCode : plan.exitCode,
      planCodes: code === 'VB503' ? [code] : plan.diagnostics.map((diagnostic) => diagnostic.code),
      executed: started.exec,
    },
  };
}

function sayExpected(cell: Cell, expected: Expected & { kind: 'started' }): unknown {
  const { subject, circumstance } = cell;
  const isReadOnly = circumstance === 'read-only root';
  return {
    decision: expected.decision,
    codes: expected.codes,
    args: expected.args,
    order: expected.order,
    setting: expected.setting,
    confFile: { none: 'the user’s', wrapper: 'wrapper', lifted: 'lifted' }[expected.effective],
    place: expected.effective === 'none' ? null : isReadOnly ? '/dev/shm' : '/run/valkey-bundle',
    directives: expected.directives.map(({ name, value, secret }) => `${name} ${secret ? '(redacted)' : value}`),
    exitCode: null,
    user: { root: 999, 'arbitrary user': null, 'read-only root': null, sealed: null }[circumstance],
    showsSecret: false,
    keepsVariable: !(subject.secret && hidesVariable(cell)) && layOut(cell).env[subject.variable] !== undefined,
  };
}

/** A variable that names a secret does not reach the server, whether it was used or not. */
function hidesVariable({ statements }: Cell): boolean {
  return statements.some(
    ({ place, stance }) => place === 'environment' && (stance === 'same' || stance === 'different'),
  );
}

function sayOutcome(cell: Cell, { plan, started, loads, settings }: Outcome): unknown {
  const { subject } = cell;
  const merged = plan.modules.find(({ name }) => name === subject.module);
  const effective = plan.effectiveConf?.text ?? null;
  const own = loads.find(({ path }) => path === subject.path);
  const drop = started.events.find((event) => event.kind === 'drop');
  const isAdded = merged?.decision === 'added';
  const dropped =
    plan.effectiveConf === null
      ? null
      : (/^(\/run\/valkey-bundle|\/dev\/shm|\/tmp)\//.exec(confOf(started))?.[1] ?? confOf(started));
  return {
    decision: merged?.decision,
    codes: [...started.codes].sort(),
    args: own?.args,
    order: loads.map(({ path }) => nameOf(path)),
    setting: settings.get(directiveOf(subject, 'same').name) ?? null,
    confFile: effective === null ? 'the user’s' : effective.includes('Read from:') ? 'lifted' : 'wrapper',
    place: dropped,
    directives: (merged?.args ?? [])
      .map(({ text }) => text)
      .filter((text) => text.startsWith(`${subject.prefix}.`) && (isAdded || !(own?.args ?? []).includes(text))),
    exitCode: started.exitCode,
    user: drop?.user.uid ?? null,
    showsSecret: subject.secret && /hush/.test(started.stderr),
    keepsVariable: started.exec?.env[subject.variable] !== undefined,
  };
}

function confOf(started: Outcome['started']): string {
  return started.exec?.argv[1] ?? '';
}

function nameOf(path: string): string {
  return path.replace(/^.*\/lib(valkey_)?/, '').replace(/\.so$/, '');
}

import { readConfiguration } from '../../../entrypoint/conf/configuration.ts';
import { START_RECORD } from '../../../entrypoint/host/host.ts';
import { readRecord } from '../../../entrypoint/server/reach.ts';
import { textOf } from '../../../entrypoint/text/bytes.ts';
import { bundle as held } from '../../support/fake-image.ts';
import { type Started, start } from '../../support/fake-start.ts';
import type { Compared } from '../expect-equal.ts';
import { worlds } from '../merge/run-on-fake-host.ts';
import { type Cell, titleOf } from './cells.ts';
import { passwords } from './default-rules.ts';
import { expectedOf } from './expected.ts';
import { ACL_FILE, layOut } from './lay-out.ts';

/** The image's bundle.json turns protected mode off. */
const bundle = {
  ...held,
  defaults: { moduleArgs: [], directives: [{ name: 'protected-mode', value: 'no' }] },
};

/** Codes about who gets in; VB504 and its like are of how a start is written. */
const ABOUT_ACCESS = /^VB(2|51[^1-3])/;

/** Every cell by the rules and by a start of it. */
export function compareAll(cells: readonly Cell[]): Compared[] {
  return cells.map((cell) => ({ title: titleOf(cell), ...compare(cell) }));
}

/** Starts the cell on the recorded host, and says what the rules want and what was done in the same words. */
function compare(cell: Cell): Omit<Compared, 'title'> {
  const { command, env, files, stdin } = layOut(cell);
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

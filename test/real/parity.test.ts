import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestContainer } from '../support/docker-container.ts';
import { useContainers } from '../support/docker-server.ts';
import { echo, type ParityCase, text } from './parity/case.ts';
import { commandLineCases } from './parity/command-lines.ts';
import { includeCases } from './parity/includes.ts';
import { layOut } from './parity/lay-out.ts';
import { leftCases } from './parity/left-to-server.ts';
import { lineCases } from './parity/lines.ts';
import { readByUs } from './parity/our-reader.ts';
import { readByServer } from './parity/real-server.ts';

const containers = useContainers();

/** Where we refuse on purpose what the server reads otherwise than its author can have meant. */
const strictly: ReadonlyArray<readonly [value: ParityCase, code: string]> = [
  [{ name: 'a directory for the configuration file', folders: ['sub'], args: ['sub'] }, 'VB103'],
  [{ name: 'an include of a directory', folders: ['sub'], files: { 'main.conf': 'include sub\n' } }, 'VB103'],
  [
    {
      name: 'a byte order mark that runs into the comment of a match without a newline at its end',
      files: { 'main.conf': 'include *.part\n', 'a.part': '# end', 'b.part': `\xef\xbb\xbfloadmodule ${echo(0)}\n` },
    },
    'VB113',
  ],
  [text('a NUL byte', `loadmodule ${echo(0)} a\0b\n`), 'VB106'],
  [text('an escaped NUL byte in an argument', `loadmodule ${echo(0)} "a\\x00b"\n`), 'VB414'],
];

const groups: ReadonlyArray<readonly [title: string, cases: readonly ParityCase[]]> = [
  ['lines', lineCases],
  ['includes', includeCases],
  ['command lines', commandLineCases],
];

const root = mkdtempSync(join(tmpdir(), 'parity-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const all = [...groups.flatMap(([, cases]) => cases), ...leftCases, ...strictly.map(([value]) => value)];
const laidOut = new Map(all.map((value, index) => [value, layOut(`${root}/${index}`, value)]));

let container: TestContainer;
beforeAll(async () => {
  const files = Object.assign(
    { [root]: { directory: true, uid: 999 } },
    ...[...laidOut.values()].map((one) => one.files),
  );
  container = await containers.make({ entrypoint: ['sleep', 'infinity'], files });
  await container.start();
});

describe.each(groups)('our reader and the real server agree about %s', (_, cases) => {
  it.each(cases)('$name', async (value) => {
    const laid = laidOf(value);
    expect(readByUs(laid).reading).toEqual(await readByServer(container, laid));
  });
});

describe('our reader leaves to the server', () => {
  it.each(leftCases)('$name', async (value) => {
    const laid = laidOf(value);
    expect(readByUs(laid)).toEqual({ reading: value.reads, code: null });
    expect(await readByServer(container, laid)).toBeNull();
  });
});

describe('our reader refuses what the server reads otherwise than it is meant', () => {
  it.each(strictly)('$0.name', async (value, code) => {
    const laid = laidOf(value);
    expect(readByUs(laid)).toEqual({ reading: null, code });
    expect(await readByServer(container, laid)).not.toBeNull();
  });
});

function laidOf(value: ParityCase) {
  const found = laidOut.get(value);
  if (found === undefined) throw new Error(`${value.name} was not laid out`);
  return found.laid;
}

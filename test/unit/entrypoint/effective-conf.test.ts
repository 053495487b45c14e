import { describe, expect, it } from 'vitest';
import { asBytes } from '../../../entrypoint/bytes.ts';
import { type Reading, readMain } from '../../../entrypoint/conf/include.ts';
import { holdsLoad, liftedText, wrapperText } from '../../../entrypoint/effective-conf.ts';
import type { WantedLoad } from '../../../entrypoint/modules/merge.ts';
import { fileAt, words } from '../../support/conf-lines.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { moduleOf } from '../../support/merge-module.ts';

const at = { kind: 'argument', index: 1 } as const;

function load(path: string, ...args: readonly string[]): WantedLoad {
  const own = args.map((word) => ({ words: words(word), at: fileAt(1) }));
  return { module: moduleOf('echo'), path: asBytes(path), args: own, line: null, changed: true };
}

function entriesOf(main: string, more: Readonly<Record<string, string>> = {}) {
  const reading: Reading = { cwd: '/data', files: [], warnings: [], open: [] };
  const host = fakeHost({ files: { '/etc/main.conf': main, ...more } });
  return readMain(host, { path: '/etc/main.conf', at }, null, reading);
}

/** The text without its header. */
function body(text: string): string {
  return text.slice(text.indexOf('\n\n') + 2);
}

const loads = [load('/j.so'), load('/a b.so', '--flag', 'x y')];
const loadText = 'loadmodule /j.so\nloadmodule "/a b.so" --flag "x y"\n';

function lifted(main: string, more: Readonly<Record<string, string>> = {}): string {
  return body(liftedText(loads, entriesOf(main, more), ['/etc/main.conf']));
}

describe('the text with its load lines lifted out', () => {
  it('has the wanted list first, and every other line to the letter', () => {
    expect(lifted('# c\n  PORT  "1"\nloadmodule /old.so\n\nbind a\tb\n')).toBe(
      `${loadText}\n# c\n  PORT  "1"\n\nbind a\tb\n`,
    );
  });
  it('inlines an include that holds load lines, whatever it includes itself', () => {
    const files = { '/b': 'b 1\ninclude /c\nb 2\n', '/c': 'LoadModule /x.so\nc 1\n' };
    expect(lifted('a 1\ninclude /b\na 2\n', files)).toBe(`${loadText}\na 1\nb 1\nc 1\nb 2\na 2\n`);
  });
  it('keeps another include, as an absolute path', () => {
    expect(lifted('dir /srv\ninclude b.conf\n', { '/srv/b.conf': 'b 1\n' })).toBe(
      `${loadText}\ndir /srv\ninclude /srv/b.conf\n`,
    );
  });
  it('keeps an include with an absolute path to the letter', () => {
    expect(lifted('INCLUDE  "/b c"\n', { '/b c': '' })).toBe(`${loadText}\nINCLUDE  "/b c"\n`);
  });
  it('keeps a pattern, as an absolute one', () => {
    expect(lifted('include d/*.conf\n')).toBe(`${loadText}\ninclude /data/d/*.conf\n`);
  });
  it('gives a last line without a newline one', () => expect(lifted('port 1')).toBe(`${loadText}\nport 1\n`));
  it('keeps lines that ran together as the one line that they were', () => {
    expect(lifted('include /d/*\n', { '/d/1': 'loadmodule /x.so\nport 70', '/d/2': '01\n' })).toBe(
      `${loadText}\nport 7001\n`,
    );
  });
  it('says what it is and what it was read from, in comments alone', () => {
    const text = liftedText(loads, entriesOf(''), ['/etc/x\u001b.conf', 'standard input']);
    const header = text.slice(0, text.indexOf('\n\n')).split('\n');
    expect(header.every((line) => line.startsWith('# '))).toBe(true);
    expect(header).toContain('#   standard input');
    expect(header).toContain('#   /etc/x\\x1b.conf');
  });
});

it('a wrapper loads first what must come first, then includes the file', () => {
  expect(body(wrapperText(loads, '/etc/a b.conf'))).toBe(`${loadText}include "/etc/a b.conf"\n`);
});

describe('a load line is held by entries', () => {
  it.each([
    ['loadmodule /x.so\n', true],
    ['include /b\n', true],
    ['# loadmodule /x.so\n', false],
    ['port 1\n', false],
  ])('%j: %s', (main, expected) => expect(holdsLoad(entriesOf(main, { '/b': 'loadmodule /x.so\n' }))).toBe(expected));
});

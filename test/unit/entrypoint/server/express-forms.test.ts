import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../../../entrypoint/conf/configuration.ts';
import { type Reading, readMain } from '../../../../entrypoint/conf/include.ts';
import { parseLine } from '../../../../entrypoint/conf/parse.ts';
import type { WantedLoad } from '../../../../entrypoint/modules/precedence.ts';
import { holdsLoad, liftedText, optionsWithout, wrapperText } from '../../../../entrypoint/server/express.ts';
import { asBytes } from '../../../../entrypoint/text/bytes.ts';
import { fileAt, words } from '../../../support/conf-lines.ts';
import { fakeHost } from '../../../support/fake-host.ts';
import { moduleOf } from '../../../support/merge-module.ts';

describe('elements of the command line', () => {
  function commandLine(elements: readonly string[]) {
    return readCommandLine(elements.map((text, index) => ({ text, at: { kind: 'argument', index: index + 1 } })));
  }

  /** The options without the lines whose directive is loadmodule. */
  function withoutLoads(elements: readonly string[]): string[] {
    const read = commandLine(elements);
    return optionsWithout(read, new Set(read.lines.filter((line) => parseLine(line)?.name === 'loadmodule')));
  }

  describe('options without their load lines', () => {
    it.each([
      [['x.conf'], []],
      [
        ['x.conf', '--port', '1'],
        ['--port', '1'],
      ],
      [['--loadmodule', '/x.so'], []],
      [
        ['x.conf', '--loadmodule', '/x.so', 'a', '--port', '1'],
        ['--port', '1'],
      ],
      [
        ['--loadmodule /x.so --flag', '--port', '1', '--loadmodule', '/y.so'],
        ['--port', '1'],
      ],
      [['loadmodule', '/x.so', '--port', '1'].slice(2), ['--port', '1']],
      [
        ['x.conf', 'loadmodule', '/x.so', '--port', '1'],
        ['--port', '1'],
      ],
      [
        ['-', '--loadmodule', '/x.so', '--port', '1'],
        ['--port', '1'],
      ],
      [['x.conf', '--loadmodule', '/x.so', '-'], []],
      [
        ['--requirepass', '--loadmodule', '--port', '1'],
        ['--requirepass', '--loadmodule', '--port', '1'],
      ],
      [
        ['--save', '--loadmodule', '/x.so', '--port', '1'],
        ['--save', '--port', '1'],
      ],
      [
        ['--loadmodule /x.so\n', '--port', '1'],
        ['--port', '1'],
      ],
      [
        ['--loadmodule /x.so\n\n \t\n# nothing\n', '--port', '1'],
        ['--port', '1'],
      ],
      [['x.conf', '--loadmodule /x.so\n', '-'], []],
      [
        ['x.conf', '--syslog-ident', '-', '-'],
        ['--syslog-ident', '-', '--#'],
      ],
      [
        ['x.conf', '--syslog-ident', '-', '--loadmodule', '/x.so'],
        ['--syslog-ident', '-', '--#'],
      ],
    ])('%j are %j, to the letter', (elements, expected) => expect(withoutLoads(elements)).toEqual(expected));

    it.each([
      [['--port 1\nloadmodule /x.so']],
      [['--loadmodule /x.so\nport 1']],
      [['--loadmodule /x.so\nappendonly', 'yes']],
      [['--bind a\nloadmodule /x.so\nport 1', '--dir', '/']],
      [['--loadmodule', '/x.so', '--port', '1\nloadmodule /y.so']],
      [['--loadmodule /x.so\nsave', '--appendonly', 'yes']],
      [['--sentinel\nloadmodule /x.so', '--port', '1']],
      [['--loadmodule /x.so\n\nmaxclients 100', '--port', '1']],
      [['--loadmodule /x.so\n\nmaxclients', '100', '--port', '1']],
      [['--loadmodule /x.so\n port', '1', '--hz', '5']],
      [['--loadmodule /x.so\n', 'port', '1', '--hz', '5']],
      [['--loadmodule /x.so\n\v\nport 1\n\f', '--hz', '5']],
      [['--loadmodule /x.so\n# a', 'b', '--hz', '5']],
      [['--port 1\nloadmodule /x.so\nsyslog-ident', '-', '-']],
      [['--loadmodule /x.so\nsyslog-ident', '-', '-']],
    ])('%j mean what they meant, the load lines gone', (elements) => {
      const meaning = (args: readonly string[]) =>
        commandLine(args).lines.flatMap((line) => {
          const directive = parseLine(line);
          return directive === null || directive.name === 'loadmodule' ? [] : [[directive.name, ...directive.args]];
        });
      const rest = withoutLoads(elements);
      expect(meaning(rest)).toEqual(meaning(elements));
      expect(commandLine(rest).readsStdin).toBe(false);
      expect(commandLine(rest).lines.some((line) => parseLine(line)?.name === 'loadmodule')).toBe(false);
    });
  });
});

describe('the effective configuration', () => {
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
});

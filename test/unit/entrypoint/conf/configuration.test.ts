import { describe, expect, it } from 'vitest';
import {
  isSetTo,
  readCommandLine,
  readConfiguration,
  settingsOf,
  withExtraFlags,
} from '../../../../entrypoint/conf/configuration.ts';
import { parseLine } from '../../../../entrypoint/conf/parse.ts';
import { directives } from '../../../support/conf-lines.ts';
import { fakeHost } from '../../../support/fake-host.ts';
import { codesOf, refusalOf } from '../../../support/refusal.ts';

function elements(args: readonly string[], flags?: string): string[] {
  return withExtraFlags(args, flags).map(({ text }) => text);
}

describe('VALKEY_EXTRA_FLAGS', () => {
  it.each<[string[], string | undefined, string[]]>([
    [['x.conf'], undefined, ['x.conf']],
    [['x.conf'], ' ', ['x.conf']],
    [['x.conf'], "--save '60 1'", ['x.conf', '--save', '60 1']],
    [['--port', '1'], '--port 2', ['--port', '1', '--port', '2']],
    [['x.conf', '-'], '--port 2', ['x.conf', '--port', '2', '-']],
    [['-'], '--port 2', ['-', '--port', '2']],
    [[], '"--loadmodule /x.so --flag"', ['--loadmodule /x.so --flag']],
  ])('behind %j, %j gives %j', (args, flags, expected) => expect(elements(args, flags)).toEqual(expected));

  it('is the place of what it adds', () => {
    expect(withExtraFlags(['x.conf'], '--a 1').map(({ at }) => at)).toEqual([
      { kind: 'argument', index: 1 },
      { kind: 'variable', name: 'VALKEY_EXTRA_FLAGS' },
      { kind: 'variable', name: 'VALKEY_EXTRA_FLAGS' },
    ]);
  });

  it.each([
    ['--a "b', 'VB201'],
    ['--a\n--b', 'VB202'],
    ['"\\xff"', 'VB211'],
  ])('%j is refused', (flags, code) => expect(refusalOf(() => elements([], flags)).code).toBe(code));
});

it('an argument that is not UTF-8 is refused, since it could not be handed on unchanged', () => {
  expect(refusalOf(() => elements(['--requirepass', 'a\ufffd'])).code).toBe('VB211');
});

describe('the whole configuration', () => {
  const files = {
    '/data/x.conf': 'port 1\ndir /srv\n',
    '/srv': { directory: true } as const,
    '/srv/more.conf': 'port 3\n',
  };

  it('lets the command line win over the file, and VALKEY_EXTRA_FLAGS over both', () => {
    const read = (args: string[], flags: string) =>
      readConfiguration(fakeHost({ files }), args, { VALKEY_EXTRA_FLAGS: flags }).settings.get('port');
    expect(read(['x.conf', '--port', '2'], '')).toMatchObject({ args: ['2'], at: { kind: 'argument', index: 2 } });
    expect(read(['x.conf', '--port', '2'], '--port 4')?.args).toEqual(['4']);
  });
  it('reads an include of the command line from the directory that dir moved to', () => {
    const conf = readConfiguration(fakeHost({ files }), ['x.conf', '--include', 'more.conf'], {});
    expect([conf.settings.get('port')?.args, conf.dataDirectory]).toEqual([['3'], '/srv']);
  });
  it('reads a relative configuration file from the working directory', () => {
    expect(readConfiguration(fakeHost({ files }), ['x.conf'], {}).confFile).toBe('/data/x.conf');
    // As getAbsolutePath() of the server trims it.
    expect(readConfiguration(fakeHost({ files }), [' \tx.conf\r\n '], {}).confFile).toBe('/data/x.conf');
  });
  it('does not let the last line of a file run into the options', () => {
    const conf = readConfiguration(fakeHost({ files: { '/data/x.conf': 'port 1' } }), ['x.conf', '--dir', '/'], {});
    expect([conf.settings.get('port')?.args, codesOf(conf.warnings)]).toEqual([['1'], []]);
  });
  it('reads standard input only where it is asked for', () => {
    const host = fakeHost({ files, stdin: 'port 9\n' });
    expect(readConfiguration(host, ['x.conf'], {}).settings.get('port')?.args).toEqual(['1']);
    expect(readConfiguration(host, ['x.conf', '-'], {}).settings.get('port')?.args).toEqual(['9']);
  });
});

describe('the command line', () => {
  function commandLine(...elements: readonly string[]) {
    return readCommandLine(elements.map((text, index) => ({ text, at: { kind: 'argument', index: index + 1 } })));
  }

  /** The lines that options make, as the server's parser takes them apart. */
  function lines(...elements: readonly string[]): (readonly string[])[] {
    return commandLine(...elements).lines.flatMap((line) => {
      const directive = parseLine(line);
      return directive === null ? [] : [[directive.name, ...directive.args]];
    });
  }

  describe('the configuration file', () => {
    it.each([
      [['x.conf'], 'x.conf'],
      [['x.cfg', '--port', '1'], 'x.cfg'],
      [['noextension'], 'noextension'],
      [['--port', '1', 'x.conf'], null],
      [['-'], null],
      [['-x'], null],
      [[], null],
    ])('of %j is %j: the first element, unless it begins with a hyphen', (elements, expected) => {
      expect(commandLine(...elements).confFile?.text ?? null).toBe(expected);
    });
  });

  describe('standard input', () => {
    it.each([
      [['-'], true],
      [['-', '--port', '1'], true],
      [['x.conf', '-'], true],
      [['--port', '1', '-'], true],
      [['x.conf', '-', '--port', '1'], false],
      [['x.conf'], false],
      [['--port', '-', '1'], false],
    ])('%j: %s, as - counts only as first or last element', (elements, expected) => {
      expect(commandLine(...elements).readsStdin).toBe(expected);
    });
    it('takes - at the end even where a value is awaited', () => {
      expect([commandLine('--port', '-').readsStdin, lines('--port', '-')]).toEqual([true, [['port']]]);
    });
  });

  describe('options', () => {
    it.each([
      [['--port', '1'], [['port', '1']]],
      [['--port 1'], [['port', '1']]],
      [
        ['--port', '1', '--appendonly', 'yes'],
        [
          ['port', '1'],
          ['appendonly', 'yes'],
        ],
      ],
      [['x.conf', 'appendonly', 'yes'], [['appendonly', 'yes']]],
      [
        ['x.conf', 'appendonly', 'yes', '--port', '1'],
        [
          ['appendonly', 'yes'],
          ['port', '1'],
        ],
      ],
      [['--PORT', '1'], [['port', '1']]],
      [['--bind', '127.0.0.1', '::1'], [['bind', '127.0.0.1', '::1']]],
      [['--rename-command', 'CONFIG', ''], [['rename-command', 'CONFIG', '']]],
      [['--port ', '1'], [['port', '1']]],
      [['-p', '1'], [['-p', '1']]],
      [['--'], []],
    ])('%j make the lines %j', (elements, expected) => expect(lines(...elements)).toEqual(expected));

    it.each([
      [['--loadmodule', '/x.so'], [['loadmodule', '/x.so']]],
      [
        ['--loadmodule', '/x.so', '--use-coordinator'],
        [['loadmodule', '/x.so'], ['use-coordinator']],
      ],
      [['--loadmodule', '/x.so', 'bloom-capacity', '200'], [['loadmodule', '/x.so', 'bloom-capacity', '200']]],
      [['--loadmodule', '/x.so --use-coordinator'], [['loadmodule', '/x.so --use-coordinator']]],
      [
        ['--loadmodule /x.so --use-coordinator --reader-threads 8'],
        [['loadmodule', '/x.so', '--use-coordinator', '--reader-threads', '8']],
      ],
    ])('%j make the lines %j, so only one element carries arguments with hyphens', (elements, expected) => {
      expect(lines(...elements)).toEqual(expected);
    });

    it('gives an option of one word the next element for its value, whatever it looks like', () => {
      expect(lines('--requirepass', '--secret', '--port', '1')).toEqual([
        ['requirepass', '--secret'],
        ['port', '1'],
      ]);
    });
    it('takes an element for an option whose quotes are not balanced, and it awaits no value', () => {
      expect(commandLine('--x "a', '--port', '1').lines.map(({ text }) => text.trim())).toEqual(['x "a', 'port "1"']);
    });
    it('quotes a value, so blanks, quotes and newlines in it stay in one word', () => {
      expect(lines('--requirepass', 'a "b"\n\\c\t\x07\b')).toEqual([['requirepass', 'a "b"\n\\c\t\x07\b']]);
    });
    it('takes a raw element as it is, so a newline in it begins another line', () => {
      expect(lines('--port 1\nappendonly yes')).toEqual([
        ['port', '1'],
        ['appendonly', 'yes'],
      ]);
    });
    it('reads a value as its bytes in UTF-8', () => {
      expect(lines('--requirepass', 'é')).toEqual([['requirepass', '\xc3\xa9']]);
    });
  });

  describe('--save and --sentinel', () => {
    it.each([
      [
        ['--save', '--port', '1'],
        [
          ['save', ''],
          ['port', '1'],
        ],
      ],
      [
        ['--SAVE', '--port', '1'],
        [
          ['save', ''],
          ['port', '1'],
        ],
      ],
      [['--save'], [['save', '']]],
      [['--save', ''], [['save', '']]],
      [['--save', '60 1'], [['save', '60 1']]],
      [['--save', '60', '1', '300', '10'], [['save', '60', '1', '300', '10']]],
      [
        ['--save 60 1', '--port', '1'],
        [
          ['save', '60', '1'],
          ['port', '1'],
        ],
      ],
      [
        ['--sentinel', '--port', '1'],
        [['sentinel'], ['port', '1']],
      ],
      [
        ['--port', '1', '--sentinel'],
        [['port', '1'], ['sentinel']],
      ],
      [['--sentinel', 'x'], [['sentinel', 'x']]],
    ])('%j make the lines %j: they need no value', (elements, expected) => {
      expect(lines(...elements)).toEqual(expected);
    });
  });

  describe('a line', () => {
    it('knows the elements that make it', () => {
      const { lines } = commandLine('x.conf', '--port', '1', '--bind', 'a', 'b');
      expect(lines.map(({ from, to }) => [from, to])).toEqual([
        [1, 2],
        [3, 5],
      ]);
    });
    it('stands at its first element', () => {
      expect(commandLine('x.conf', '--port', '1').lines[0]?.at).toEqual({ kind: 'argument', index: 2 });
    });
    it('shares its element with another one where that has a newline in it', () => {
      expect(commandLine('--a 1\nb 2').lines.map(({ from, to }) => [from, to])).toEqual([
        [0, 0],
        [0, 0],
      ]);
    });
  });
});

describe('settings', () => {
  describe('settings', () => {
    const settings = settingsOf(directives('port 1\ncluster-enabled YES\nport 2\nbind a b'));
    it('hold the last value of a directive', () =>
      expect(settings.get('port')).toMatchObject({ args: ['2'], at: { line: 3 } }));
    it('hold all words of a directive', () => expect(settings.get('bind')?.args).toEqual(['a', 'b']));
    it.each([
      ['cluster-enabled', 'yes', true],
      ['cluster-enabled', 'no', false],
      ['appendonly', 'yes', false],
    ])('%s is set to %s: %s', (name, value, expected) => expect(isSetTo(settings, name, value)).toBe(expected));
  });
});

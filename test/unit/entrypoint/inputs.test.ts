import { describe, expect, it } from 'vitest';
import { readConfiguration, withExtraFlags } from '../../../entrypoint/conf/configuration.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { codesOf, refusalOf } from '../../support/refusal.ts';

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

import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../../entrypoint/conf/configuration.ts';
import { parseLine } from '../../../entrypoint/conf/parse.ts';
import { optionsWithout } from '../../../entrypoint/server/express.ts';

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

import { describe, expect, it } from 'vitest';
import { parseLine, type Segment, sourceLines } from '../../../../entrypoint/conf/parse.ts';
import { bytesOf } from '../../../../entrypoint/text/bytes.ts';
import { showPlace } from '../../../../entrypoint/text/place.ts';
import { lineAt } from '../../../support/conf-lines.ts';
import { refusalOf } from '../../../support/refusal.ts';

function parse(text: string): readonly string[] | null {
  const directive = parseLine(lineAt(text));
  return directive === null ? null : [directive.name, ...directive.args];
}

describe('a line that says nothing', () => {
  it.each(['', '   ', '\t\r', '\r# port 1', '# loadmodule /x.so', '   # port 1', '#'])('%j', (text) => {
    expect(parse(text)).toBeNull();
  });
});

describe('a directive', () => {
  it.each([
    ['port 6379', ['port', '6379']],
    ['  port\t6379 \r', ['port', '6379']],
    ['PORT 6379', ['port', '6379']],
    ['LoadModule /X.so --Flag', ['loadmodule', '/X.so', '--Flag']],
    ['"loadmodule" "/x.so"', ['loadmodule', '/x.so']],
    ['loadmodule  "/a b.so"  x', ['loadmodule', '/a b.so', 'x']],
    ['port 6379 # not a comment', ['port', '6379', '#', 'not', 'a', 'comment']],
    ['save ""', ['save', '']],
    ['\vport 1', ['port', '1']],
    ['\v# x', ['#', 'x']],
  ])('%j reads as %j', (text, expected) => expect(parse(text)).toEqual(expected));

  it('keeps bytes above 127 in its name, since the server lowers ASCII alone', () => {
    expect(parse('\u00c9A 1')).toEqual(['\xc3\x89a', '1']);
  });
});

describe('a wrong line', () => {
  it.each([
    ['requirepass "abc', 'VB105', 13],
    ['  port "1" "2', 'VB105', 12],
    ['include', 'VB107', undefined],
    ['include a b', 'VB107', undefined],
    ['loadmodule', 'VB107', undefined],
    ['loadmodule "', 'VB105', 12],
  ])('%j is refused with its place and column', (text, code, column) => {
    const refused = refusalOf(() => parse(text));
    expect([refused.code, refused.at, refused.column]).toEqual([
      code,
      { kind: 'file', path: '/etc/valkey/valkey.conf', line: 1 },
      column,
    ]);
  });
});

describe('lines of several files', () => {
  function file(path: string, text: string): Segment {
    return { text: bytesOf(text), origin: { kind: 'file', path } };
  }

  function stdin(text: string): Segment {
    return { text: bytesOf(text), origin: { kind: 'stdin' } };
  }

  /** `place text`, and `> place` where a line runs into the next piece of text. */
  function read(...segments: readonly Segment[]): string[] {
    return sourceLines(segments).map(
      ({ at, text, runsInto }) =>
        `${showPlace(at)} ${text}${runsInto === undefined ? '' : ` > ${showPlace(runsInto)}`}`,
    );
  }

  describe('one text', () => {
    it('gives each line its number', () => {
      expect(read(file('/a', 'port 1\n\nport 2\n'))).toEqual(['/a:1 port 1', '/a:2 ', '/a:3 port 2']);
    });
    it('keeps a last line without a newline', () => {
      expect(read(file('/a', 'port 1\nport 2'))).toEqual(['/a:1 port 1', '/a:2 port 2']);
    });
    it('has no lines where it is empty', () => {
      expect(read(file('/a', ''))).toEqual([]);
    });
    it('leaves carriage returns to the parser', () => {
      expect(read(file('/a', 'port 1\r\n'))).toEqual(['/a:1 port 1\r']);
    });
  });

  describe('several texts', () => {
    it('stand one after the other where each ends in a newline', () => {
      expect(read(file('/a', 'port 1\n'), file('/b', 'port 2\n'))).toEqual(['/a:1 port 1', '/b:1 port 2']);
    });
    it('run together where one does not end in a newline', () => {
      expect(read(file('/a', 'x\nport 7001'), file('/b', 'loglevel verbose\ny\n'))).toEqual([
        '/a:1 x',
        '/a:2 port 7001loglevel verbose > /b:1',
        '/b:2 y',
      ]);
    });
    it('run together over more than one of them', () => {
      expect(read(file('/a', 'a'), file('/b', 'b'), file('/c', 'c\nd'))).toEqual(['/a:1 abc > /b:1', '/c:2 d']);
    });
    it('run together over an empty one', () => {
      expect(read(file('/a', 'a'), file('/b', ''), file('/c', 'c'))).toEqual(['/a:1 ac > /c:1']);
    });
    it('run into standard input', () => {
      expect(read(file('/a', 'port 1'), stdin('2\nport 3\n'))).toEqual(['/a:1 port 12 > stdin:1', 'stdin:2 port 3']);
    });
    it('do not run together where the next one begins with an empty line', () => {
      expect(read(file('/a', 'port 1'), file('/b', '\nport 2\n'))).toEqual(['/a:1 port 1', '/b:2 port 2']);
    });
  });
});

import { describe, expect, it } from 'vitest';
import { parseLine } from '../../../../entrypoint/conf/parse.ts';
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

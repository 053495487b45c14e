import { describe, expect, it } from 'vitest';
import { type Segment, sourceLines } from '../../../../entrypoint/conf/parse.ts';
import { bytesOf } from '../../../../entrypoint/text/bytes.ts';
import { showPlace } from '../../../../entrypoint/text/place.ts';

function file(path: string, text: string): Segment {
  return { text: bytesOf(text), origin: { kind: 'file', path } };
}

function stdin(text: string): Segment {
  return { text: bytesOf(text), origin: { kind: 'stdin' } };
}

/** `place text`, and `> place` where a line runs into the next piece of text. */
function read(...segments: readonly Segment[]): string[] {
  return sourceLines(segments).map(
    ({ at, text, runsInto }) => `${showPlace(at)} ${text}${runsInto === undefined ? '' : ` > ${showPlace(runsInto)}`}`,
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

import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../../../entrypoint/text/bytes.ts';
import { frame } from '../../../../entrypoint/text/place.ts';

describe('an excerpt', () => {
  it('is the line', () => expect(frame(bytesOf('port 1'))).toBe('  | port 1'));
  it('has a caret below the column', () => {
    expect(frame(bytesOf('port "1'), 6)).toBe('  | port "1\n  |      ^');
  });
  it('counts columns in bytes and puts the caret below the character', () => {
    expect(frame(bytesOf('é "1'), 4)).toBe('  | é "1\n  |   ^');
  });
  it('shows a tab as one blank, so the caret stands right', () => {
    expect(frame(bytesOf('\tport "1'), 7)).toBe('  |  port "1\n  |       ^');
  });
  it('is cut where the line is long, with the caret inside', () => {
    const [line = '', caret = ''] = frame(bytesOf(`${'a'.repeat(500)}"${'b'.repeat(500)}`), 501).split('\n');
    expect(line.length).toBeLessThan(120);
    expect(line[caret.indexOf('^')]).toBe('"');
  });
  it('cannot act on the terminal', () => expect(frame(bytesOf('port "\u001b[2J'), 6)).not.toContain('\u001b'));
  it('of a line with a secret has neither its value nor a caret', () => {
    expect(frame(bytesOf('requirepass "hunter2'), 13)).toBe('  | requirepass (redacted)');
  });
});

import { describe, expect, it } from 'vitest';
import { attempt, silent } from '../../../scripts/lib/run.ts';

describe('a program that is run in silence', () => {
  it('gets each word as it is, and nothing on its standard input', async () => {
    const words = ['a b', "it's", '$HOME', '*', '', 'two\nlines'];
    const { stdout } = await silent`node -e ${'console.log(JSON.stringify(process.argv.slice(1)))'} -- ${words}; cat`;
    expect(JSON.parse(stdout)).toEqual(words);
  });

  it('says why it failed', async () => {
    await expect(silent`sh -c ${'echo no room >&2; exit 3'}`).rejects.toThrow('no room');
  });

  it('that is missing ends with 127, and one that a signal ends with null', async () => {
    expect((await attempt`no-such-program`).exitCode).toBe(127);
    expect((await attempt`sh -c ${'kill -TERM $$'}`).exitCode).toBeNull();
  });

  it('is waited for where it is aborted', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 200);
    const script = 'trap "echo last; exit 4" TERM; while :; do sleep 0.05; done';
    const { exitCode } = await attempt({ signal: abort.signal })`sh -c ${script}`;
    expect(exitCode).toBe(4);
  });
});

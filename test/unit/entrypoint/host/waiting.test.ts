import { createServer } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeWaiting } from '../../../../entrypoint/host/waiting.ts';

const signals = ['SIGTERM', 'SIGINT'] as const;
const listeners = signals.map((signal) => process.listeners(signal));
const waiting = nodeWaiting();

afterAll(() => {
  for (const [index, signal] of signals.entries())
    for (const listener of process.listeners(signal))
      if (listeners[index]?.includes(listener) !== true) process.removeListener(signal, listener);
});
const env = { PATH: process.env['PATH'] };

describe('a program that runs to its end', () => {
  it('returns its exit code, and gets no other environment', async () => {
    const run = (script: string) => waiting.run('sh', ['-c', script], { env: { ...env, ONE: '1' } });
    expect(await run('exit 3')).toEqual({ exitCode: 3, problem: '', timedOut: false, output: '' });
    expect(await run('test "$ONE/$HOME" = 1/')).toMatchObject({ exitCode: 0 });
  });
  it('is ended when its time is up', async () => {
    expect(await waiting.run('sleep', ['30'], { env, timeoutMs: 300 })).toMatchObject({ timedOut: true });
  });
  it('is ended, with the reason, where it is not wanted any more', async () => {
    const stop = new AbortController();
    const running = waiting.run('sleep', ['30'], { env, signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    await expect(waiting.run('sleep', ['30'], { env, signal: stop.signal })).rejects.toThrow('enough');
  });
  it('that does not exist says so', async () => {
    const ended = await waiting.run('/no/such/program', [], { env });
    expect(ended).toMatchObject({ exitCode: null, problem: expect.stringContaining('ENOENT') });
  });
});

it('a port is reached where somebody listens', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await waiting.reach('127.0.0.1', port, 1000)).toBeNull();
  await new Promise((resolve) => server.close(resolve));
  expect(await waiting.reach('127.0.0.1', port, 1000)).toBe('ECONNREFUSED');
});

it('a name has its addresses, and one that does not exist has none', async () => {
  expect(await waiting.lookup('localhost')).toContain('127.0.0.1');
  expect(await waiting.lookup('127.0.0.1')).toEqual(['127.0.0.1']);
  expect(await waiting.lookup('does-not-exist.invalid')).toEqual([]);
});

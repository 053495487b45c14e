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
  it('returns what it printed, and its exit code', async () => {
    const script = 'cat; echo err >&2; exit 3';
    expect(await waiting.run('sh', ['-c', script], { env, input: 'in\n' })).toEqual({
      exitCode: 3,
      stdout: 'in\n',
      stderr: 'err\n',
      timedOut: false,
    });
  });
  it('gets no other environment', async () => {
    const { stdout } = await waiting.run('sh', ['-c', 'echo "$ONE/$HOME"'], { env: { ...env, ONE: '1' } });
    expect(stdout).toBe('1/\n');
  });
  it('is ended when its time is up', async () => {
    const ended = await waiting.run('sh', ['-c', 'echo early; exec sleep 30'], { env, timeoutMs: 300 });
    expect(ended).toMatchObject({ timedOut: true, stdout: 'early\n' });
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
    expect(ended).toMatchObject({ exitCode: null, stderr: expect.stringContaining('ENOENT') });
  });
});

describe('a program that stays', () => {
  it('answers with as many lines as are asked for', async () => {
    const conversation = waiting.converse('cat', [], env);
    expect(await conversation.ask('a\nb\nc\n', 2, 5000)).toEqual(['a', 'b']);
    expect(await conversation.ask('d\n', 1, 5000)).toEqual(['d']);
    conversation.end();
  });
  it('has no answer once it has ended, or where it takes too long', async () => {
    const conversation = waiting.converse('sh', ['-c', 'read line; echo one; read line'], env);
    expect(await conversation.ask('x\n', 1, 5000)).toEqual(['one']);
    expect(await conversation.ask('', 1, 50)).toBeNull();
    expect(await conversation.ask('x\n', 1, 5000)).toBeNull();
    expect(await conversation.ask('x\n', 1, 5000)).toBeNull();
    conversation.end();
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

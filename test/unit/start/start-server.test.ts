import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { chooseFreePort, isFreeOnLoopback, portInUse, untilAborted } from '../../../scripts/start/start-server.ts';

const freeExcept = (taken: readonly number[]) => async (port: number) => !taken.includes(port);

describe('the port', () => {
  test('is 6379 where that is free', async () => {
    expect(await chooseFreePort(null, freeExcept([]))).toBe(6379);
  });

  test('is the next free one where it is not', async () => {
    expect(await chooseFreePort(null, freeExcept([6379, 6380]))).toBe(6381);
  });

  test('stays that of the container that is replaced', async () => {
    expect(await chooseFreePort(7000, freeExcept([]))).toBe(7000);
    expect(await chooseFreePort(7000, freeExcept([7000]))).toBe(6379);
  });

  test('is nowhere to be found when a hundred are taken, and the search ends', async () => {
    await expect(chooseFreePort(null, async () => false)).rejects.toThrow('6379 to 6478');
  });

  test('is taken where somebody listens on it, on this address or on all', async () => {
    for (const host of ['127.0.0.1', '0.0.0.0']) {
      const server = createServer().listen({ host, port: 0 });
      await once(server, 'listening');
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      expect(await isFreeOnLoopback(port)).toBe(false);
      server.close();
      await once(server, 'close');
      expect(await isFreeOnLoopback(port)).toBe(true);
    }
  });

  test('is refused with the name of the container that has it', () => {
    const error = portInUse(6379, { name: 'other', image: 'redis:7' });
    expect(error.message).toBe('--port 6379: 127.0.0.1:6379 is in use by the container other (image redis:7)');
    expect(portInUse(6379, null).message).toContain('another program');
  });
});

describe('an interruption', () => {
  const endless = new Promise<never>(() => {});

  test('lets work that has ended give its result', async () => {
    expect(await untilAborted(Promise.resolve(7), new AbortController().signal)).toBe(7);
  });

  test('leaves work that never ends', async () => {
    const controller = new AbortController();
    const waiting = untilAborted(endless, controller.signal);
    controller.abort(new Error('interrupted'));
    await expect(waiting).rejects.toThrow('interrupted');
  });

  test('that came first is not missed', async () => {
    await expect(untilAborted(endless, AbortSignal.abort(new Error('interrupted')))).rejects.toThrow('interrupted');
  });
});

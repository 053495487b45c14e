import { describe, expect, test } from 'vitest';
import {
  explainExit,
  explainSilence,
  type PingReply,
  type ReadinessProbes,
  readReply,
  waitUntilReady,
} from '../../../scripts/start/ready.ts';

const never = new Promise<number>(() => {});

/** Replies one after the other; the last one again and again. */
function probes(replies: readonly PingReply['kind'][], more: Partial<ReadinessProbes> = {}): ReadinessProbes {
  let asked = 0;
  return {
    ping: async () => ({ kind: replies[Math.min(asked++, replies.length - 1)] ?? 'silent' }),
    exited: never,
    explainSilence: async () => null,
    aborted: new AbortController().signal,
    ...more,
  };
}

describe('waiting for the server', () => {
  test('goes on while nothing answers and while the data is being loaded', async () => {
    expect(await waitUntilReady(probes(['silent', 'loading', 'answers']))).toEqual({ kind: 'ready' });
  });

  test('ends when the container does, with its exit code', async () => {
    expect(await waitUntilReady(probes(['silent'], { exited: Promise.resolve(3) }))).toEqual({
      kind: 'exited',
      exitCode: 3,
    });
  });

  test('ends when protected mode refuses', async () => {
    expect(await waitUntilReady(probes(['denied']))).toEqual({ kind: 'denied' });
  });

  test('ends when the time is up, and tells a server that loads from one that is silent', async () => {
    expect(await waitUntilReady(probes(['silent']), 1)).toEqual({ kind: 'timeout', loading: false });
    expect(await waitUntilReady(probes(['loading']), 1)).toEqual({ kind: 'timeout', loading: true });
  });

  test('ends when it is interrupted', async () => {
    const controller = new AbortController();
    const waiting = waitUntilReady(probes(['silent'], { aborted: controller.signal }));
    controller.abort();
    await expect(waiting).rejects.toThrow();
  });
});

describe('a reply to PING', () => {
  test.each<[string, PingReply['kind']]>([
    ['+PONG', 'answers'],
    ['-NOAUTH Authentication required.', 'answers'],
    ['-LOADING Valkey is loading the dataset in memory', 'loading'],
    ['-DENIED Running in protected mode because protected mode is enabled', 'denied'],
    ['HTTP/1.1 400 Bad Request', 'silent'],
  ])('%s means %s', (line, kind) => {
    expect(readReply(line)).toEqual({ kind });
  });
});

describe('the log of a server that does not answer', () => {
  const ready = (port: number) =>
    `1:M * Running mode=standalone, port=${port}.\n1:M * Ready to accept connections tcp\n`;

  test('explains nothing before the server is ready', () => {
    expect(explainSilence('1:M * Running mode=standalone, port=7000.\n', null)).toBeNull();
  });

  test('names another port in the file', () => {
    expect(explainSilence(ready(7000), '/me/valkey.conf')).toContain('take "port 7000" out of /me/valkey.conf');
  });

  test('names a file without a plain port', () => {
    expect(explainSilence(ready(0), '/me/valkey.conf')).toContain('"port 0"');
  });

  test('leaves bind as the reason where the port is right', () => {
    expect(explainSilence(ready(6379), '/me/valkey.conf')).toContain('"bind"');
  });

  test('advises on data that needs another module', () => {
    expect(
      explainExit("The RDB file contains module data I can't load: no matching module type 'ft_index0'"),
    ).toContain('npm stop -- --data');
    expect(explainExit('Module /x.so failed to load')).toBeNull();
  });
});

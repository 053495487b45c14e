import { describe, expect, it } from 'vitest';
import { carriedKeys, carriedOver, commandsBy, keysOf, pasteBesideData } from '../support/carried-over.ts';
import { images } from '../support/docker-engine.ts';
import { useContainers } from '../support/docker-server.ts';

const containers = useContainers();
const image = images.local;

const page = 'docs/moving-in/bitnami.md';
const carriedIn = commandsBy(page, 'test/real/moving-in.test.ts');

describe(`append-only files of Redis 7 that uid 1001 owns, by the commands of ${page}`, () => {
  it.each(carriedIn)('are read: line $line', async ({ body }) => {
    const printed = await pasteBesideData(body, carriedOver('redis-7.0.15-aof', 1001));
    expect(printed.split('\n')).toContain('7');
  });
});

it('an RDB file that uid 1001 owns is read by a start as 1001, and saved again', async () => {
  const files = carriedOver('redis-7.0.15', 1001);
  const server = await containers.serve({ image, user: '1001:1001', files });
  expect(await keysOf(server)).toEqual(carriedKeys);
  expect(await server.call('SAVE')).toBe('OK');
});

describe('an RDB file of Redis 8', () => {
  const wish = { image, files: carriedOver('redis-8.0.2', 999) };

  it('ends the server with 1, and the log names its format', async () => {
    const { exitCode, log } = await containers.run(wish);
    expect([exitCode, log]).toEqual([1, expect.stringContaining("Can't handle RDB format version 12")]);
  });

  it('is read with --rdb-version-check relaxed', async () => {
    const server = await containers.serve({ ...wish, command: ['--rdb-version-check', 'relaxed'] });
    expect(await keysOf(server)).toEqual(carriedKeys);
  });
});

it('an RDB file with data of a module that is not there ends the server, and the log names the type', async () => {
  const { exitCode, log } = await containers.run({
    image,
    env: { VALKEY_MODULES: 'none' },
    files: carriedOver('redisearch-1.2.2', 999),
  });
  // Exit code 0 is the server's own: so it ends after it has checked a file that it could not load.
  expect([exitCode, log]).toEqual([0, expect.stringContaining("no matching module type 'ft_index0'")]);
});

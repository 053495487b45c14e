import { describe, expect, it } from 'vitest';
import { carriedKeys, carriedOver, commandsBy, keysOf, pasteBesideData } from '../support/carried-over.ts';
import { images } from '../support/docker-engine.ts';
import { useContainers } from '../support/docker-server.ts';
import { missingLine } from '../support/pages.ts';
import { codesIn, untilLogged } from '../support/valkey-modules.ts';

/*
 * What docs/moving-in says of data: real files of other servers are loaded by the local image, or refused, or not
 * looked at.
 */

const containers = useContainers();
const image = images.local;
const all = { ...carriedKeys, late: 'string' };
const appended = ['--appendonly', 'yes'];
const relaxed = ['--rdb-version-check', 'relaxed'];

describe('data of other servers', () => {
  it.each([
    ['an RDB file of Redis 7', 'redis-7.0.15', [], carriedKeys],
    ['an RDB file of Valkey 8', 'valkey-8.1.1', [], carriedKeys],
    ['append-only files of Redis 7', 'redis-7.0.15-aof', appended, all],
    ['append-only files of Redis 8, relaxed', 'redis-8.0.2-aof', [...appended, ...relaxed], all],
  ])('is read: %s', async (_, name, command, keys) => {
    const server = await containers.serve({ image, command, files: carriedOver(name, 999) });
    expect(await keysOf(server)).toEqual(keys);
    expect(await server.call('SAVE')).toBe('OK');
    await server.container.docker.restart();
    await server.reconnect();
    expect(await keysOf(server)).toEqual(keys);
  });

  it.each([
    ['append-only files of Redis 8', 'redis-8.0.2-aof', appended, "Can't handle RDB format version 12"],
    ['an RDB file of Redis 8 with expiry of fields', 'redis-8.0.2-fields', relaxed, "Can't handle foreign type"],
  ])('ends the server with 1: %s', async (_, name, command, line) => {
    const { exitCode, log } = await containers.run({ image, command, files: carriedOver(name, 999) });
    expect([exitCode, log]).toEqual([1, expect.stringContaining(line)]);
  });
});

describe('the one append-only file of Redis 6', () => {
  const one = carriedOver('redis-7.0.15-aof', 999)['/data/appendonlydir/appendonly.aof.1.incr.aof'] ?? '';
  const files = { '/data': { directory: true, uid: 999 }, '/data/appendonly.aof': one } as const;

  it('is read with appendonly, and moved into the folder', async () => {
    const server = await containers.serve({ image, command: appended, files });
    expect(await keysOf(server)).toEqual(all);
    expect(await server.container.read('ls', '/data/appendonlydir')).toContain('appendonly.aof.manifest');
  });
  it('is not read without, and the start says so', async () => {
    const server = await containers.serve({ image, files });
    expect(codesIn(await untilLogged(server.container, 'loading'))).toContain('VB525');
    expect(await keysOf(server)).toEqual({});
  });
});

describe('what is not read', () => {
  it.each([
    ['append-only files without appendonly', 'redis-7.0.15-aof', [], 'VB525'],
    ['an RDB file with appendonly', 'redis-7.0.15', appended, 'VB526'],
  ])('is named by the start: %s', async (_, name, command, code) => {
    const server = await containers.serve({ image, command, files: carriedOver(name, 999) });
    expect(codesIn(await untilLogged(server.container, code))).toContain(code);
    expect(await keysOf(server)).toEqual({});
  });
});

const test = 'test/full/moving-in.test.ts';
const bitnami = commandsBy('docs/moving-in/bitnami.md', test);
const redis = commandsBy('docs/moving-in/redis.md', test);

describe('the commands of docs/moving-in', () => {
  it.each(bitnami.filter(({ body }) => body.includes('--user 1001')))(
    'read append-only files as 1001: bitnami.md, line $line',
    async ({ body }) => {
      const printed = await pasteBesideData(body, carriedOver('redis-7.0.15-aof', 1001));
      expect(printed.split('\n')).toContain('7');
    },
  );
  it.each(bitnami.filter(({ body }) => body.includes('CONFIG SET appendonly')))(
    'make append-only files of an RDB file: bitnami.md, line $line',
    async ({ body }) => {
      const printed = await pasteBesideData(body, carriedOver('redis-7.0.15', 999));
      expect(printed.split('\n')).toContain('6');
    },
  );
  it.each(redis)('show how data of a module that is not there ends a start: redis.md, line $line', async (block) => {
    const printed = await pasteBesideData(block.body, { '/data': { directory: true, uid: 999 } });
    expect(missingLine(block.output, printed)).toBeNull();
  });
  it('say how an index is dropped so that the file is read without its module, hashes and all', async () => {
    const [start = '', health = '', , , remove = ''] = redis[0]?.body.split('\n') ?? [];
    const client = 'docker exec my-valkey valkey-cli';
    const drop = [
      `${client} FT.CREATE books SCHEMA title TEXT`,
      `${client} FT.ADD books b1 1.0 FIELDS title hello`,
      `${client} FT.DROP books KEEPDOCS`,
      `${client} SAVE`,
    ];
    const without = start.replace('my-valkey-data:/data', '$& -e VALKEY_MODULES=none');
    const script = [start, health, ...drop, remove, without, health, `${client} HGET b1 title`].join('\n');
    const printed = await pasteBesideData(script, { '/data': { directory: true, uid: 999 } });
    expect(printed.trim().split('\n').at(-1)).toBe('hello');
  });
  it('are all of those that name this test', () => expect([bitnami.length, redis.length]).toEqual([2, 1]));
});

describe('data of uid 1001 in a start as 999', () => {
  it('is warned of, and append-only files that cannot be written end the server with 1', async () => {
    const mode = { mode: 0o755, uid: 1001 };
    const closed = Object.entries(carriedOver('redis-7.0.15-aof', 1001));
    const files = Object.fromEntries(
      closed.map(([path, entry]) => [
        path,
        typeof entry === 'string' ? entry : 'directory' in entry ? { ...entry, ...mode } : { ...entry, mode: 0o644 },
      ]),
    );
    const { exitCode, log } = await containers.run({ image, command: appended, files });
    expect(codesIn(log)).toContain('VB507');
    expect([exitCode, log]).toEqual([1, expect.stringContaining("Can't open the append-only file")]);
  });
});

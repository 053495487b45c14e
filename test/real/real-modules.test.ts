import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadManifests } from '../../scripts/data/manifests.ts';
import { images } from '../support/docker-engine.ts';
import { type TestServer, useContainers } from '../support/docker-server.ts';
import { until } from '../support/until.ts';

const containers = useContainers();
const image = images.local;
const manifests = loadManifests(fileURLToPath(new URL('../../modules', import.meta.url)));
const held = manifests.filter(({ name }) => ['redisearch', 'knot'].includes(name));

describe('the local image', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await containers.serve({ image });
  });

  it('loads RediSearch and Knot without arguments', async () => {
    expect(await server.modules()).toEqual({
      ft: { path: '/usr/lib/valkey/redisearch.so', args: [] },
      knot: { path: '/usr/lib/valkey/knot.so', args: [] },
    });
  });

  it.each(held)('$name answers the smoke commands of its manifest', async ({ smoke }) => {
    expect(smoke.length).toBeGreaterThan(0);
    for (const { command, reply } of smoke) {
      const [name = '', ...args] = command;
      const answer = await server.call(name, ...args);
      if (reply !== undefined) expect(wordsOf(answer), command.join(' ')).toContain(reply);
    }
  });

  it('has no stand-in', async () => {
    const files = await server.container.read('sh', '-c', 'ls /usr/lib/valkey /opt');
    expect(files.split('\n').filter((line) => line.endsWith('.so'))).toEqual(['knot.so', 'redisearch.so']);
    const { stdout } = await until('the log is that of a whole start', async () => {
      const output = await server.container.output();
      return output.stdout.includes('Ready to accept connections') ? output : undefined;
    });
    expect(stdout).not.toContain('stand-in');
  });
});

describe('arguments of real modules', () => {
  it('REDISEARCH_MODULE_ARGS="MAXEXPANSIONS 300" is in MODULE LIST', async () => {
    const server = await containers.serve({ image, env: { REDISEARCH_MODULE_ARGS: 'MAXEXPANSIONS 300' } });
    expect((await server.modules())['ft']?.args).toEqual(['MAXEXPANSIONS', '300']);
  });

  it('KNOT_MODULE_ARGS="default-ttl 30" is in MODULE LIST', async () => {
    const server = await containers.serve({ image, env: { KNOT_MODULE_ARGS: 'default-ttl 30' } });
    expect((await server.modules())['knot']?.args).toEqual(['default-ttl', '30']);
  });

  it('join those of a load line of the user’s', async () => {
    const server = await containers.serve({
      image,
      command: ['/x.conf'],
      files: { '/x.conf': 'loadmodule /usr/lib/valkey/redisearch.so MAXEXPANSIONS 400 SAFEMODE\n' },
      env: { REDISEARCH_MODULE_ARGS: 'MAXEXPANSIONS 300 GC_SCANSIZE 50' },
    });
    const args = (await server.modules())['ft']?.args.join(' ');
    expect(args).toContain('MAXEXPANSIONS 400');
    expect(args).toContain('SAFEMODE');
    expect(args).toContain('GC_SCANSIZE 50');
    expect(args).not.toContain('300');
  });
});

describe('data of a real module', () => {
  it('an index is found again after SAVE and a restart', async () => {
    const server = await containers.serve({ image, env: { REDISEARCH_MODULE_ARGS: 'MAXEXPANSIONS 300' } });
    expect(await server.call('FT.CREATE', 'books', 'SCHEMA', 'title', 'TEXT')).toBe('OK');
    expect(await server.call('FT.ADD', 'books', 'book:1', '1.0', 'FIELDS', 'title', 'hello world')).toBe('OK');
    const found = [1, 'book:1', ['title', 'hello world']];
    expect(await server.call('FT.SEARCH', 'books', 'hello')).toEqual(found);
    expect(await server.call('SAVE')).toBe('OK');
    await server.container.docker.restart();
    await server.reconnect();
    expect(await server.call('FT.SEARCH', 'books', 'hello')).toEqual(found);
    expect((await server.modules())['ft']?.args).toEqual(['MAXEXPANSIONS', '300']);
  });
});

/** All words of a reply, however deep. */
function wordsOf(reply: unknown): string[] {
  return Array.isArray(reply) ? reply.flatMap(wordsOf) : [String(reply)];
}

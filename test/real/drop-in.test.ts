import { RedisContainer, type StartedRedisContainer } from '@testcontainers/redis';
import { Redis as Valkey } from 'iovalkey';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { images, label, requireImage } from '../support/docker-engine.ts';
import { patienceMs } from '../support/patience.ts';

// Its helper container comes from a registry; what it would clean up is stopped below.
process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';

describe.each([
  ['without a password', undefined],
  ['with a password', 'secret'],
])('as a drop-in for Redis in @testcontainers/redis, %s', (_, password) => {
  let container: StartedRedisContainer | undefined;
  let url = '';
  beforeAll(async () => {
    await requireImage(images.local);
    const wish = new RedisContainer(images.local).withLabels(label).withStartupTimeout(patienceMs);
    container = await (password === undefined ? wish : wish.withPassword(password)).start();
    url = container.getConnectionUrl();
  });
  afterAll(async () => {
    await container?.stop();
  });

  it('answers iovalkey, a module command included', async () => {
    const client = new Valkey(url);
    try {
      expect(await client.set('iovalkey', 'value')).toBe('OK');
      expect(await client.get('iovalkey')).toBe('value');
      expect(await client.call('FT.CREATE', 'one', 'SCHEMA', 'title', 'TEXT')).toBe('OK');
    } finally {
      client.disconnect();
    }
  });

  it('answers node-redis, a module command included', async () => {
    const client = createClient({ url });
    await client.connect();
    try {
      expect(await client.set('node-redis', 'value')).toBe('OK');
      expect(await client.get('node-redis')).toBe('value');
      expect(await client.sendCommand(['FT.CREATE', 'two', 'SCHEMA', 'title', 'TEXT'])).toBe('OK');
    } finally {
      client.destroy();
    }
  });

  // With a password its own client hands valkey-cli one word `-a secret`, which no client takes.
  if (password === undefined) {
    it('runs a command through its own client', async () => {
      expect(await container?.executeCliCmd('ping')).toContain('PONG');
    });
  }
});

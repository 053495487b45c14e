import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readCredentials } from '../../../scripts/lib/registry/credentials.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-credentials-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const basic = (text: string): string => Buffer.from(text).toString('base64');
const config = (value: unknown): Promise<void> => writeFile(join(folder, 'config.json'), JSON.stringify(value));

/** A credential helper: a shell script under the name that docker would run. */
async function helper(name: string, script: string): Promise<void> {
  const path = join(folder, `docker-credential-${name}`);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
}

describe('the credentials of docker', () => {
  test.each(['ghcr.io', 'https://ghcr.io', 'https://ghcr.io/v2/'])('are found under the key %s', async (key) => {
    await config({ auths: { [key]: { auth: basic('me:a:b') } }, other: 1 });
    expect(await readCredentials('ghcr.io', folder)).toEqual({ username: 'me', password: 'a:b' });
  });

  test('of another registry, or of another port, are not used', async () => {
    await config({ auths: { 'ghcr.io.evil.org': { auth: basic('me:x') }, 'localhost:5000': { auth: basic('me:x') } } });
    expect(await readCredentials('ghcr.io', folder)).toBeNull();
    expect(await readCredentials('localhost:5001', folder)).toBeNull();
  });

  test('of Docker Hub stand under the name of its first API', async () => {
    await config({ auths: { 'https://index.docker.io/v1/': { auth: basic('me:x') } } });
    expect(await readCredentials('docker.io', folder)).toEqual({ username: 'me', password: 'x' });
  });

  test('are none where docker has no configuration, or an empty entry', async () => {
    expect(await readCredentials('ghcr.io', folder)).toBeNull();
    await config({ auths: { 'ghcr.io': {} } });
    expect(await readCredentials('ghcr.io', folder)).toBeNull();
  });

  test('come from the helper of the registry before those of the file', async () => {
    await helper(
      'mine',
      `read server; echo "{\\"ServerURL\\":\\"$server\\",\\"Username\\":\\"$server\\",\\"Secret\\":\\"s\\"}"`,
    );
    await config({ credHelpers: { 'ghcr.io': 'mine' }, auths: { 'ghcr.io': { auth: basic('me:x') } } });
    expect(await readCredentials('ghcr.io', folder)).toEqual({ username: 'ghcr.io', password: 's' });
  });

  test('come from the file where the store knows none', async () => {
    await helper('empty', 'echo "credentials not found in native keychain"; exit 1');
    await config({ credsStore: 'empty', auths: { 'ghcr.io': { auth: basic('me:x') } } });
    expect(await readCredentials('ghcr.io', folder)).toEqual({ username: 'me', password: 'x' });
  });

  test.each([
    ['is no JSON', '{"auths": {"ghcr.io": {"auth": "c2VjcmV0LXdvcmQ='],
    ['has another form', '{"auths": {"ghcr.io": {"auth": ["secret-word"]}}}'],
    ['has an entry without a colon', `{"auths": {"ghcr.io": {"auth": "${basic('secret-word')}"}}}`],
    ['has an identity token', '{"auths": {"ghcr.io": {"auth": "bWU6", "identitytoken": "secret-word"}}}'],
  ])('are refused with VP506 where the file %s, without a word of it', async (_, text) => {
    await writeFile(join(folder, 'config.json'), text);
    const refused = readCredentials('ghcr.io', folder);
    await expect(refused).rejects.toMatchObject({ code: 'VP506', exitCode: 77 });
    await expect(refused).rejects.not.toThrow(/secret-word|c2VjcmV0/);
  });

  test.each([
    ['is missing', null],
    ['fails', 'echo secret-word; exit 3'],
    ['answers something else', 'echo secret-word'],
    ['has an identity token', `echo '{"ServerURL":"x","Username":"<token>","Secret":"secret-word"}'`],
  ])('are refused with VP506 where the helper %s', async (_, script) => {
    if (script !== null) await helper('broken', script);
    await config({ credsStore: script === null ? 'not-there' : 'broken' });
    const refused = readCredentials('ghcr.io', folder);
    await expect(refused).rejects.toMatchObject({ code: 'VP506' });
    await expect(refused).rejects.not.toThrow('secret-word');
  });
});

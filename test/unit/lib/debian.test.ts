import { afterEach, describe, expect, it, vi } from 'vitest';
import { ensureTools, keyringPackage } from '../../../scripts/lib/apt.ts';
import { chooseMirrors } from '../../../scripts/lib/debian.ts';
import { problemOf } from '../../support/problem-of.ts';

const debian = { uri: 'http://deb.example/debian', label: 'Debian' };
const security = { uri: 'http://sec.example/debian-security', label: 'Debian-Security' };
const nothing = async () => false;

describe('the Debian mirrors', () => {
  it('are those of the apt of this machine', async () => {
    const found = await chooseMirrors(undefined, [debian, security], nothing);
    expect(found).toEqual({ archive: debian.uri, security: security.uri });
  });
  it('are the named one, and what apt has for security updates', async () => {
    const found = await chooseMirrors('http://near.example/debian/', [debian, security], nothing);
    expect(found).toEqual({ archive: 'http://near.example/debian', security: security.uri });
  });
  it('are the named one, and its own security updates where apt has none', async () => {
    const asked: string[] = [];
    const served = async (url: string) => asked.push(url) > 0;
    const found = await chooseMirrors('http://near.example/debian', [], served);
    expect(found).toEqual({ archive: 'http://near.example/debian', security: 'http://near.example/debian-security' });
    expect(asked).toEqual(['http://near.example/debian-security/dists/stable-security/InRelease']);
  });
  it('are the named one alone where nothing serves security updates', async () => {
    const found = await chooseMirrors('http://near.example/debian', [], nothing);
    expect(found).toEqual({ archive: 'http://near.example/debian', security: undefined });
  });
  it('are not looked for beside the archive of apt, and are none where nothing names one', async () => {
    const served = async () => true;
    expect(await chooseMirrors(undefined, [debian], served)).toEqual({ archive: debian.uri, security: undefined });
    expect(await chooseMirrors('', [], served)).toBeNull();
  });
});

describe('what the Debian archive is verified with', () => {
  afterEach(() => vi.unstubAllEnvs());
  it('is said to be missing, with its package, where nothing can install it', async () => {
    vi.stubEnv('PATH', '/nowhere');
    const [name = ''] = Object.values(keyringPackage);
    const { code, message } = await problemOf(ensureTools({ '/nowhere/keyring.gpg': name }, () => {}));
    expect(code).toBe('VP902');
    expect(message).toContain('install debian-archive-keyring');
  });
});

import { describe, expect, test } from 'vitest';
import { apiOf, isLoopback, readRepository, showRepository } from '../../../scripts/lib/registry/repository.ts';

describe('the repository', () => {
  test.each([
    [{}, 'ghcr.io/kailas-cloud/valkey-bundle'],
    [{ setting: '' }, 'ghcr.io/kailas-cloud/valkey-bundle'],
    [{ setting: 'quay.io/me/bundle' }, 'quay.io/me/bundle'],
    [{ registry: 'localhost:5000' }, 'localhost:5000/kailas-cloud/valkey-bundle'],
    [{ repository: 'me/bundle' }, 'ghcr.io/me/bundle'],
    [{ setting: 'quay.io/me/bundle', registry: '[::1]:5000' }, '[::1]:5000/me/bundle'],
    [{ setting: 'quay.io/me/bundle', repository: 'a__b/c.d-e' }, 'quay.io/a__b/c.d-e'],
    [{ registry: 'registry.internal', repository: 'x' }, 'registry.internal/x'],
  ])('of %j is %s', (wish, expected) => {
    expect(showRepository(readRepository(wish))).toBe(expected);
  });

  test.each([
    [{ setting: 'valkey-bundle' }, 'VALKEY_BUNDLE_REPOSITORY'],
    [{ setting: 'kailas-cloud/valkey-bundle' }, 'VALKEY_BUNDLE_REPOSITORY'],
    [{ setting: 'ghcr.io/Kailas/valkey-bundle' }, 'VALKEY_BUNDLE_REPOSITORY'],
    [{ registry: 'https://ghcr.io' }, '--registry'],
    [{ registry: 'ghcr.io/kailas-cloud' }, '--registry'],
    [{ registry: 'localhost:port' }, '--registry'],
    [{ registry: 'localhost:99999' }, '--registry'],
    [{ registry: 'GHCR.io' }, '--registry'],
    [{ registry: '' }, '--registry'],
    [{ repository: 'a//b' }, '--repository'],
    [{ repository: 'a/b:9.0' }, '--repository'],
    [{ repository: `a@sha256:${'0'.repeat(64)}` }, '--repository'],
    [{ repository: '../a' }, '--repository'],
    [{ repository: '' }, '--repository'],
    [{ repository: 'a'.repeat(256) }, '--repository'],
  ])('of %j is refused with VP510, naming %s', (wish, where) => {
    expect(() => readRepository(wish)).toThrow(expect.objectContaining({ code: 'VP510' }));
    expect(() => readRepository(wish)).toThrow(where);
  });

  test.each([
    ['localhost:5000', 'http://localhost:5000'],
    ['127.0.0.1', 'http://127.0.0.1'],
    ['127.1.2.3:5000', 'http://127.1.2.3:5000'],
    ['[::1]:5000', 'http://[::1]:5000'],
    ['ghcr.io', 'https://ghcr.io'],
    ['localhost.evil.org', 'https://localhost.evil.org'],
    ['127.0.0.1.evil.org:80', 'https://127.0.0.1.evil.org:80'],
    ['evil.localhost:5000', 'https://evil.localhost:5000'],
    ['127.0.0.1000', 'https://127.0.0.1000'],
    ['127.example.org', 'https://127.example.org'],
    ['192.168.0.1:5000', 'https://192.168.0.1:5000'],
    ['docker.io', 'https://registry-1.docker.io'],
  ])('in the registry %s is spoken to at %s', (registry, api) => {
    expect(apiOf(registry)).toBe(api);
    expect(isLoopback(registry)).toBe(api.startsWith('http://'));
  });
});

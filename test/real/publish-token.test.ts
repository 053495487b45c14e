import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRegistry } from '../../scripts/lib/registry/registry.ts';
import { planLine, publishLine } from '../../scripts/publish/publish-line.ts';
import { stageImage } from '../../scripts/publish/stage.ts';
import { engine } from '../support/docker-engine.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { useTinyImages } from '../support/registry-image.ts';
import { reportOn, testLine, useReleases } from '../support/registry-release.ts';
import { startTokenService, type TokenService } from '../support/registry-token.ts';

const aborted = new AbortController().signal;
const report = (): void => {};
const user = { username: 'tester', password: 'correct horse: battery' };
let folder: string;
let service: TokenService;
const seedRelease = useReleases();
const loadTinyImage = useTinyImages();
let running: TestRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-token-'));
  service = await startTokenService(folder, user);
  running = await startRegistry({ auth: service.auth });
});
afterAll(async () => {
  await running.remove();
  service.close();
  await rm(folder, { recursive: true, force: true });
});

const open = (credentials: typeof user | null) =>
  openRegistry({ registry: running.host, name: 'org/bundle' }, credentials, { aborted, retryAfterMs: [] });

describe('a registry with a token service, as GHCR is', () => {
  test('is staged to, published to and read by the token of this repository alone', async () => {
    const variants = { default: { tags: ['{line}'], defaults: { moduleArgs: [], directives: [] } } };
    const line = { ...testLine, platforms: ['linux/arm64' as const], variants };
    const image = await loadTinyImage('arm64');
    const registry = open(user);
    const staged = await stageImage(
      { line: '9.0', variant: 'default', platform: 'linux/arm64', id: image.id },
      { docker: engine, registry, credentials: user, report, aborted },
    );
    await image.remove();
    const release = await seedRelease(`${running.host}/org/bundle`, null, line);
    await release.write({ staged: () => [staged], reports: () => [reportOn(staged)] });
    service.scopes();
    const { variants: published } = await publishLine(release.wish, { registry, report, aborted });
    // The token that staging got is still good.
    expect(service.scopes()).toEqual([]);
    const plan = await planLine(release.wish, open(null));
    expect(plan.actions.map(({ verdict }) => verdict)).toEqual(['keep', 'keep']);
    expect(plan.variants[0]?.index.digest).toBe(published['default']?.digest);
    expect(service.scopes()).toEqual(['repository:org/bundle:pull']);
  });

  test('refuses with VP502 who has the wrong password, and who has none and wants to write', async () => {
    const wrong = open({ ...user, password: 'wrong horse' });
    await expect(wrong.manifest('9.0')).rejects.toMatchObject({ code: 'VP502' });
    await expect(wrong.manifest('9.0')).rejects.not.toThrow('wrong horse');
    const anonymous = open(null);
    const index = await anonymous.manifest('9.0');
    expect(index).not.toBeNull();
    if (index !== null) await expect(anonymous.putManifest('stolen', index)).rejects.toMatchObject({ code: 'VP502' });
    expect(await anonymous.manifest('stolen')).toBeNull();
  });
});

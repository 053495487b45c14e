import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../../scripts/lib/registry/manifest.ts';
import type { Registry } from '../../../scripts/lib/registry/registry.ts';
import type { PublishAction } from '../../../scripts/publish/plan.ts';
import { execute } from '../../../scripts/publish/publish-line.ts';

const index: Manifest = { digest: 'sha256:new', mediaType: 'index', body: Buffer.from('new') };
const other: Manifest = { ...index, digest: 'sha256:other' };
const action = (verdict: PublishAction['verdict'], reference: string): PublishAction => ({
  verdict,
  target: reference.includes(':') ? 'index' : 'tag',
  reference,
  variant: 'default',
  index,
  from: null,
});

/** A registry that remembers what is written; `lead`: where a tag then leads. */
function fakeRegistry(lead: Manifest | null = index) {
  const written: string[] = [];
  const registry: Registry = {
    repository: { registry: 'ghcr.io', name: 'a/b' },
    manifest: async () => lead,
    tags: async () => [],
    putManifest: async (reference) => void written.push(reference),
    hasBlob: async () => true,
    blob: async () => null,
  };
  return { registry, written };
}

describe('carrying out a plan', () => {
  test('writes what is to be created or moved, in the order of the plan, and nothing else', async () => {
    const { registry, written } = fakeRegistry();
    const lines: string[] = [];
    const plan = [action('create', 'sha256:new'), action('keep', '9.0.4'), action('move', '9.0')];
    await execute(plan, { registry, report: (line) => lines.push(line), aborted: new AbortController().signal });
    expect(written).toEqual(['sha256:new', '9.0']);
    expect(lines).toEqual([expect.stringContaining('create'), expect.stringContaining('move')]);
  });

  test('never writes what was refused', async () => {
    const { registry, written } = fakeRegistry();
    await execute([action('refuse', '9.0.4')], { registry, report: () => {}, aborted: new AbortController().signal });
    expect(written).toEqual([]);
  });

  test.each([
    ['elsewhere', other],
    ['nowhere', null],
  ])('stops with VP541 where a tag then leads %s', async (_, lead) => {
    const { registry, written } = fakeRegistry(lead);
    const means = { registry, report: () => {}, aborted: new AbortController().signal };
    await expect(execute([action('create', '9.0.4'), action('create', '9.0')], means)).rejects.toMatchObject({
      code: 'VP541',
    });
    expect(written).toEqual(['9.0.4']);
  });

  test('writes nothing once it is interrupted', async () => {
    const { registry, written } = fakeRegistry();
    const means = { registry, report: () => {}, aborted: AbortSignal.abort(new Error('Ctrl-C')) };
    await expect(execute([action('create', '9.0.4')], means)).rejects.toThrow('Ctrl-C');
    expect(written).toEqual([]);
  });
});

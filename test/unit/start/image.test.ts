import { describe, expect, test } from 'vitest';
import { PipelineError } from '../../../scripts/lib/pipeline-error.ts';
import { openWorkspace } from '../../../scripts/lib/workspace.ts';
import { chooseImage, readName } from '../../../scripts/start/image.ts';
import { requireSigned } from '../../../scripts/start/published.ts';

const workspace = openWorkspace();
const line = (name: string, variant: string | null = null) =>
  ({ kind: 'line', line: name, variant, build: false }) as const;

function problemOf(call: () => unknown): PipelineError {
  try {
    call();
  } catch (error) {
    if (error instanceof PipelineError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the image that is asked for', () => {
  test('is the local one, or that of a line in its variant default', () => {
    expect(chooseImage(workspace, { kind: 'local' })).toEqual({ kind: 'local' });
    expect(chooseImage(workspace, line('9.0'))).toMatchObject({ line: { line: '9.0' }, variant: 'default' });
  });

  test('is of the variant that is named, or the usual one of a line that has it', () => {
    expect(chooseImage(workspace, line('9.1', 'coordinator'))).toMatchObject({ variant: 'coordinator' });
    expect(chooseImage(workspace, line('9.1'), 'coordinator')).toMatchObject({ variant: 'coordinator' });
    expect(chooseImage(workspace, line('local'), 'coordinator')).toMatchObject({ variant: 'default' });
    expect(chooseImage(workspace, line('9.1', 'default'), 'coordinator')).toMatchObject({ variant: 'default' });
  });

  test('of a line that does not exist is refused, with the nearest: VP103', () => {
    const { code, message } = problemOf(() => chooseImage(workspace, line('9.01')));
    expect([code, message]).toEqual(['VP103', expect.stringContaining('did you mean 9.0?')]);
  });

  test('of a variant that the line does not have is refused, with the nearest: VP407', () => {
    const { code, message } = problemOf(() => chooseImage(workspace, line('9.0', 'cordinator')));
    expect([code, message]).toEqual(['VP407', expect.stringContaining('did you mean coordinator?')]);
  });
});

describe('the name of an image', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  test.each<[text: string, source: readonly [registry: string, name: string, reference: string] | null]>([
    ['valkey-bundle:local', null],
    ['valkey/valkey:9.0', null],
    [digest, null],
    ['ghcr.io/a/b', ['ghcr.io', 'a/b', 'latest']],
    ['ghcr.io/a/b:9.0', ['ghcr.io', 'a/b', '9.0']],
    [`ghcr.io/a/b@${digest}`, ['ghcr.io', 'a/b', digest]],
    [`ghcr.io/a/b:9.0@${digest}`, ['ghcr.io', 'a/b', digest]],
    ['localhost/a:1', ['localhost', 'a', '1']],
    ['127.0.0.1:5000/a/b:c', ['127.0.0.1:5000', 'a/b', 'c']],
    ['[::1]:5000/a:c', ['[::1]:5000', 'a', 'c']],
  ])('%s says which registry has it, if one does', (text, source) => {
    const [registry, name, reference] = source ?? [];
    expect(readName(text)).toEqual({
      text,
      source: source === null ? null : { repository: { registry, name }, reference },
    });
  });

  test.each(['', ' ', '-x', 'a b', 'a@sha256:12', 'https://ghcr.io/a', 'ghcr.io/A/B:1', 'a:b:c'])(
    'is not %j: VP408',
    (text) => {
      expect(problemOf(() => readName(text)).code).toBe('VP408');
    },
  );
});

describe('the signature', () => {
  const image = { repository: { registry: 'a.b', name: 'c' }, name: 'a.b/c:1', digest: 'sha256:0' };
  const trust = { cosign: null, unsigned: false, key: null, owner: 'c/d' };
  const aborted = new AbortController().signal;

  test('is not checked where there is no cosign, or where it is said not to matter: one line each', async () => {
    const without = await requireSigned(image, trust, aborted, () => {});
    expect(without).toMatch(/a\.b\/c:1 was not checked: there is no cosign/);
    const waived = await requireSigned(image, { ...trust, unsigned: true }, aborted, () => {});
    expect(waived).toContain('--unsigned');
  });

  test('is not taken for good where cosign does not come to a result: VP633', async () => {
    // It ends with 1, as cosign does where it reaches no log.
    const checked = requireSigned(image, { ...trust, cosign: 'false' }, aborted, () => {});
    await expect(checked).rejects.toMatchObject({ code: 'VP633' });
  });
});

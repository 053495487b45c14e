import { BUNDLE_PATH, type Bundle } from '../../../entrypoint/modules/manifest.ts';
import {
  type ContainerWish,
  type Files,
  makeContainer,
  type TestContainer,
  tarOf,
} from '../../support/docker-container.ts';
import type { Cell, Circumstance, LaidOut } from '../../support/merge/cells.ts';

const users: Readonly<Record<Circumstance, { readonly wish: ContainerWish; readonly uid: number }>> = {
  root: { wish: { user: 'root' }, uid: 999 },
  'arbitrary user': { wish: { user: '1234:1234' }, uid: 1234 },
  'read-only root': { wish: { readOnly: true }, uid: 999 },
  sealed: { wish: { readOnly: true, tmpfs: { '/dev/shm': 'ro' } }, uid: 999 },
};

/** A container for what was laid out, not started; its configuration stands in a volume that the server may write. Removed when `use` ends. */
export async function withContainer<T>(
  circumstance: Circumstance,
  { command, env, files, stdin }: LaidOut,
  bundle: Bundle | null,
  use: (container: TestContainer) => Promise<T>,
): Promise<T> {
  const { wish, uid } = users[circumstance];
  const container = await makeContainer({
    ...wish,
    port: 6379,
    volumes: ['/data'],
    command,
    env,
    ...(stdin !== null && { stdin }),
    ...(bundle !== null && { files: { [BUNDLE_PATH]: JSON.stringify(bundle) } }),
  });
  try {
    const entries: Record<string, Files[string]> = { '/conf': { directory: true, uid } };
    for (const [path, text] of Object.entries(files)) entries[path.replace(/^\/data/, '')] = { text, uid };
    await container.docker.putArchive(tarOf(entries), { path: '/data' });
    return await use(container);
  } finally {
    await container.remove();
  }
}

/** The image's bundle.json with the coordinator as image default, for a cell in which the image says it. */
export function bundleFor(cell: Cell, held: Bundle): Bundle | null {
  if (!cell.statements.some(({ place }) => place === 'image')) return null;
  const moduleArgs = [{ module: 'search', args: '--use-coordinator', when: { 'cluster-enabled': 'yes' } }];
  return { ...held, defaults: { ...held.defaults, moduleArgs } };
}

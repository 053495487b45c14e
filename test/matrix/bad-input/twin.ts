import { asBytes } from '../../../entrypoint/text/bytes.ts';
import type { Files } from '../../support/docker-container.ts';
import { moduleFile } from '../../support/elf.ts';
import { type Started, start } from '../../support/fake-start.ts';
import type { Spec } from '../../support/fake-tree.ts';
import type { Row } from './row.ts';

/** Starts the row's input on the recorded host. */
export function startTwin({ wish, twin }: Row): Started {
  const files = Object.entries(wish.files ?? {}).map(([path, entry]) => [path, specOf(entry)] as const);
  const uid = wish.user === 'root' ? 0 : Number(wish.user?.split(':')[0] ?? 999);
  const { env = {}, ...world } = twin ?? {};
  return start(
    wish.command ?? ['valkey-server'],
    { ...wish.env, ...env },
    {
      uid,
      gid: uid,
      ...(wish.stdin !== undefined && { stdin: wish.stdin }),
      ...world,
      files: { ...data, '/opt/stand-ins/libecho.so': moduleFile(), ...Object.fromEntries(files), ...world.files },
    },
  );
}

const data = { '/data': { directory: true, mode: 0o1777, owner: { uid: 999, gid: 999 } } } as const;

function specOf(entry: Files[string]): Spec {
  if (typeof entry === 'string') return entry;
  const mode = entry.mode === undefined ? {} : { mode: entry.mode };
  const owner = { uid: entry.uid ?? 0, gid: entry.gid ?? entry.uid ?? 0 };
  if ('directory' in entry) return { directory: true, ...mode, owner };
  if ('linkTo' in entry) return { link: entry.linkTo };
  return { bytes: asBytes(Buffer.from(entry.text).toString('latin1')), ...mode, owner };
}

import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { paths } from '../../scripts/lib/workspace.ts';
import { type Files, tarOf } from './docker-container.ts';
import { engine, images, label, requireImage } from './docker-engine.ts';
import type { TestServer } from './docker-server.ts';
import { blocksOf, readPage } from './pages.ts';
import { patienceMs } from './patience.ts';

const fixtures = join(paths.root, 'test/fixtures/carried-over');

/** The types of the keys that every folder of test/fixtures/carried-over has, by key. */
export const carriedKeys: Readonly<Record<string, string>> = {
  string: 'string',
  list: 'list',
  hash: 'hash',
  set: 'set',
  zset: 'zset',
  stream: 'stream',
};

/**
 * A data directory that another server left, at `target`: every file and folder, `target` too, belongs to `owner`
 * alone.
 */
export function carriedOver(name: string, owner: number, target = '/data'): Files {
  const files: Record<string, Files[string]> = { [target]: { directory: true, mode: 0o700, uid: owner } };
  for (const path of readdirSync(join(fixtures, name), { recursive: true, encoding: 'utf8' }).toSorted()) {
    const from = join(fixtures, name, path);
    files[`${target}/${path}`] = statSync(from).isDirectory()
      ? { directory: true, mode: 0o700, uid: owner }
      : { text: readFileSync(from), mode: 0o600, uid: owner };
  }
  return files;
}

/** Commands of a page that a test of its own runs, with the text block below them; empty where there is none. */
interface CommandsBy {
  readonly line: number;
  readonly body: string;
  readonly output: string;
}

/** The commands of a page that say `by=` and this test, in order. */
export function commandsBy(page: string, test: string): CommandsBy[] {
  const blocks = blocksOf(readPage(page), page);
  return blocks.flatMap(({ line, body, kind }, index) => {
    const next = blocks[index + 1];
    if (kind.kind !== 'by' || kind.file !== test) return [];
    return [{ line, body, output: next?.kind.kind === 'output' ? next.body : '' }];
  });
}

/** Pastes commands of a page beside a volume `my-valkey-data` with these files, and returns all that they print. */
export async function pasteBesideData(commands: string, files: Files): Promise<string> {
  await requireImage(images.local);
  const name = `moving-${randomUUID().slice(0, 8)}`;
  await engine.createVolume({ Name: `${name}-data`, Labels: label });
  try {
    const unpack = ['run', '--rm', '-i', '--user=root', '--entrypoint=tar', `-v=${name}-data:/data`, images.local];
    await execa('docker', [...unpack, '-xpf', '-', '-C', '/'], { input: tarOf(files), timeout: patienceMs });
    const here = commands.replaceAll('my-valkey', name).replaceAll('valkey-bundle:local', images.local);
    const { all } = await execa('sh', ['-euc', here], { all: true, timeout: patienceMs });
    return all;
  } finally {
    // The commands may have removed both themselves.
    await execa('docker', ['rm', '-f', name], { reject: false });
    await execa('docker', ['volume', 'rm', '-f', `${name}-data`], { reject: false });
  }
}

/** Every key with its type. */
export async function keysOf({ client }: TestServer): Promise<Record<string, string>> {
  const keys = await client.keys('*');
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await client.type(key)] as const)));
}

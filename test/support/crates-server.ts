import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { sha256 } from '../../scripts/lib/files.ts';

interface FixtureCrate {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: readonly string[];
  /** Path to content; Cargo.toml is written. */
  readonly files: Readonly<Record<string, string>>;
}

/** How the server gives the files of crates: as they are, other bytes, as missing, or cut off in the middle. */
type Behaviour = 'serve' | 'other' | 'missing' | 'cut';

/** Crates of our own on 127.0.0.1: files as static.crates.io has them, and a sparse index for cargo itself. */
export interface CratesServer {
  /** For VALKEY_BUNDLE_CRATES_MIRROR. */
  readonly mirror: string;
  /** A CARGO_HOME in which this server stands for crates.io. */
  readonly cargoHome: string;
  /** A Cargo.lock of a package that needs all of the crates. */
  lock(root: string, direct: readonly string[]): string;
  /** For all requests of files, or for the next `times`. */
  behave(behaviour: Behaviour, times?: number): void;
  /** Paths that were asked for since the last call. */
  requests(): string[];
  stop(): Promise<void>;
}

/** Two crates, of which the one needs the other; a version has a plus sign in it, as some have. */
const fixtureCrates: readonly FixtureCrate[] = [
  { name: 'whisper', version: '0.2.0+quiet', files: { 'src/lib.rs': 'pub fn word() -> i64 {\n    41\n}\n' } },
  {
    name: 'shout',
    version: '1.0.3',
    dependencies: ['whisper'],
    files: { 'src/lib.rs': 'pub fn answer() -> i64 {\n    whisper::word() + 1\n}\n' },
  },
];

const cratesIo = 'registry+https://github.com/rust-lang/crates.io-index';

export async function startCratesServer(): Promise<CratesServer> {
  const folder = await mkdtemp(join(tmpdir(), 'crates-'));
  const packed = await Promise.all(fixtureCrates.map(async (crate) => ({ ...crate, file: await pack(crate, folder) })));
  let behaviour: Behaviour = 'serve';
  let left = Number.POSITIVE_INFINITY;
  let asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://127.0.0.1').pathname);
    asked.push(path);
    const inIndex = packed.filter(({ name }) => path === `/index/${indexPath(name)}`);
    const crate = packed.find(({ name, version }) => path === `/crates/${name}/${name}-${version}.crate`);
    if (path === '/index/config.json')
      response.end(JSON.stringify({ dl: `${at}/crates/{crate}/{crate}-{version}.crate` }));
    else if (inIndex.length > 0) response.end(inIndex.map((one) => `${indexLine(one, packed)}\n`).join(''));
    else if (crate === undefined) response.writeHead(404).end();
    else {
      const now: Behaviour = left > 0 ? behaviour : 'serve';
      left -= 1;
      if (now === 'missing') response.writeHead(403).end();
      else if (now === 'other') response.end('other bytes');
      else if (now === 'cut') {
        response.writeHead(200, { 'content-length': crate.file.length });
        response.write(crate.file.subarray(0, 10), () => response.destroy());
      } else response.end(crate.file);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cargoHome = join(folder, 'cargo');
  await mkdir(cargoHome);
  const replaced = '[source.crates-io]\nreplace-with = "test"\n[source.test]\n';
  await writeFile(join(cargoHome, 'config.toml'), `${replaced}registry = "sparse+${at}/index/"\n`);
  return {
    mirror: `${at}/crates`,
    cargoHome,
    lock: (root, direct) => lockText(root, direct, packed),
    behave: (next, times = Number.POSITIVE_INFINITY) => {
      behaviour = next;
      left = times;
    },
    requests: () => {
      const seen = asked;
      asked = [];
      return seen;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The bytes of a .crate: an archive of a folder of the crate's name and version. */
async function pack({ name, version, dependencies = [], files }: FixtureCrate, folder: string): Promise<Buffer> {
  const needs = dependencies.map((one) => `${one} = "*"\n`).join('');
  const head = `[package]\nname = "${name}"\nversion = "${version}"\nedition = "2021"\nlicense = "MIT"\n`;
  const root = `${name}-${version}`;
  for (const [path, text] of Object.entries({
    LICENSE: 'MIT\n',
    ...files,
    'Cargo.toml': `${head}\n[dependencies]\n${needs}`,
  })) {
    await mkdir(dirname(join(folder, root, path)), { recursive: true });
    await writeFile(join(folder, root, path), text);
  }
  await execa('tar', ['-c', '-z', '-f', `${root}.crate`, root], { cwd: folder });
  return readFile(join(folder, `${root}.crate`));
}

type Packed = FixtureCrate & { readonly file: Buffer };

/** Where a sparse index has a name of four letters or more. */
function indexPath(name: string): string {
  return `${name.slice(0, 2)}/${name.slice(2, 4)}/${name}`;
}

function indexLine({ name, version, dependencies = [], file }: Packed, all: readonly Packed[]): string {
  const deps = dependencies.map((one) => {
    const req = all.some((other) => other.name === one) ? '*' : '=0.0.0';
    return { name: one, req, features: [], optional: false, default_features: true, target: null, kind: 'normal' };
  });
  return JSON.stringify({ name, vers: version, deps, cksum: sha256(file), features: {}, yanked: false });
}

function lockText(root: string, direct: readonly string[], crates: readonly Packed[]): string {
  const needs = (names: readonly string[] = []): string =>
    names.length === 0 ? '' : `dependencies = [\n${names.map((name) => ` "${name}",\n`).join('')}]\n`;
  const entries = crates.map(({ name, version, dependencies, file }): [string, string] => [
    name,
    `name = "${name}"\nversion = "${version}"\nsource = "${cratesIo}"\nchecksum = "${sha256(file)}"\n${needs(dependencies)}`,
  ]);
  const own: [string, string] = [root, `name = "${root}"\nversion = "0.1.0"\n${needs(direct)}`];
  const blocks = [...entries, own].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => `\n[[package]]\n${text}`);
  return `# This file is automatically @generated by Cargo.\n# It is not intended for manual editing.\nversion = 3\n${blocks.join('')}`;
}

import { createHash } from 'node:crypto';
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { type RegistryCrate, registryCrates } from '../data/cargo-lock.ts';
import { atOnce } from '../lib/at-once.ts';
import { jsonText, placeWhole, sha256OfFile, writeWhole } from '../lib/files.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { silent } from '../lib/run.ts';
import { normalise } from './pinned-tree.ts';
import { PassingFailure, type Remote, withRetries } from './remote.ts';

/**
 * The path at which a module's Dockerfile mounts the folder: cargo reads the configuration of every folder above it.
 */
const mountedAt = '/.cargo';

/** More at once does not help a line. */
const atATime = 8;

interface Vendoring {
  /** For a reader of messages: where the Cargo.lock stands. */
  readonly where: string;
  /** cargo/ of the source's folder: gets Cargo.lock, vendor/ and config.toml. What is there is replaced. */
  readonly folder: string;
  /** Crates that were downloaded before, by checksum. */
  readonly cache: string;
  /** The time that all files get. */
  readonly epoch: number;
  readonly remote: Remote;
}

/**
 * Lays out the crates that a Cargo.lock names, so that cargo builds with `--locked --offline`. The fetching machine
 * needs no cargo. Throws VP223 before it asks anybody where the lock names what is not of crates.io, VP224 for a file
 * that is not the one in the lock, VP225 for one that cannot be had, VP206 for a server that does not answer.
 */
export async function vendorCrates(lock: string, { where, folder, cache, epoch, remote }: Vendoring): Promise<void> {
  const crates = registryCrates(lock, where);
  const vendor = join(folder, 'vendor');
  await rm(folder, { recursive: true, force: true });
  await mkdir(vendor, { recursive: true });
  remote.report(`fetching the ${crates.length} crates of ${where}`);
  await atOnce(atATime, crates, remote.aborted, async (crate, aborted) => {
    await unpack(crate, await ensureCrate(crate, cache, { ...remote, aborted }), vendor);
  });
  await writeFile(join(folder, 'Cargo.lock'), lock);
  await writeFile(join(folder, 'config.toml'), configuration);
  await normalise(folder, epoch);
}

const configuration = `# The crates of Cargo.lock are beside this file.
[source.crates-io]
replace-with = "vendored"

[source.vendored]
directory = "${mountedAt}/vendor"
`;

/** The path of a crate's file, which is downloaded unless it is there. */
async function ensureCrate(crate: RegistryCrate, cache: string, remote: Remote): Promise<string> {
  const path = join(cache, `${crate.checksum}.crate`);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere && (await sha256OfFile(path)) === crate.checksum) return path;
  const url = addressOf(crate);
  const bytes = await withRetries(url, remote, (signal) => download(url, remote, signal));
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== crate.checksum) {
    const what = `${crate.name} ${crate.version} is not the crate in Cargo.lock: SHA-256 ${crate.checksum}, got ${found}`;
    throw new PipelineError('VP224', what, { where: url });
  }
  await placeWhole(path, (partial) => writeFile(partial, bytes));
  return path;
}

/** VALKEY_BUNDLE_CRATES_MIRROR: another place with the files of crates.io, in the layout of static.crates.io/crates. */
function addressOf({ name, version }: RegistryCrate): string {
  const mirror = process.env['VALKEY_BUNDLE_CRATES_MIRROR'] || 'https://static.crates.io/crates';
  // A version may have a `+` in it, which some servers take for a space.
  return `${mirror.replace(/\/+$/, '')}/${name}/${encodeURIComponent(`${name}-${version}.crate`)}`;
}

/** Ends a transfer that stalls. */
async function download(url: string, { patience }: Remote, signal: AbortSignal): Promise<Uint8Array> {
  const stalled = new AbortController();
  const stall = (): NodeJS.Timeout => setTimeout(() => stalled.abort(), patience.lowSpeedTime * 1000);
  let timer = stall();
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, stalled.signal]) });
    if (response.status >= 500 || response.status === 429)
      throw new PassingFailure(`the server answered ${response.status}`);
    if (!response.ok || response.body === null)
      throw new PipelineError('VP225', `the server answered ${response.status}`, { where: url });
    const parts: Uint8Array[] = [];
    for await (const part of response.body) {
      clearTimeout(timer);
      timer = stall();
      parts.push(part);
    }
    return Buffer.concat(parts);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof PipelineError || error instanceof PassingFailure) throw error;
    throw new PassingFailure(stalled.signal.aborted ? 'the transfer stalled' : wordsOf(error), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** fetch says `fetch failed`, and keeps what the system said as its cause. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** cargo holds a vendored crate against Cargo.lock by the checksum that stands in it; of single files it wants none. */
async function unpack({ name, version, checksum }: RegistryCrate, file: string, vendor: string): Promise<void> {
  await silent`tar -x -z -f ${file} -C ${vendor} --no-same-owner --no-same-permissions`;
  const text = jsonText({ files: {}, package: checksum });
  await writeWhole(join(vendor, `${name}-${version}`, '.cargo-checksum.json'), text);
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { $, which } from 'zx';
import { dataError, readData } from '../data/read-data.ts';
import { jsonText, textIfThere } from '../lib/files.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import type { Workspace } from '../lib/workspace.ts';

const waiver = z
  .strictObject({
    id: z.string().min(1).describe('CVE-..., GHSA-..., or the name that grype gives'),
    package: z.string().min(1).optional().describe('only in this package; otherwise wherever it is found'),
    reason: z.string().trim().min(10).describe('why it does no harm here, for who has to decide again'),
    added: z.iso.date(),
    until: z.iso.date().describe('the last day on which it holds'),
  })
  .refine(({ added, until }) => added <= until, { path: ['until'], message: 'until has to be after added' });

const kind = {
  schema: z.strictObject({ waivers: z.array(waiver) }),
  title: 'the list of waivers',
  code: 'VP101',
} as const;

export type Waiver = z.infer<typeof waiver>;

/** An image to look at, and the file for grype's findings as JSON, where they are kept. */
export interface ImageToScan {
  /** As grype takes it: `registry:<repository>@<digest>`, or the name of an image in the engine. */
  readonly reference: string;
  readonly findings: string | null;
}

export interface ScanWish {
  readonly waivers: readonly Waiver[];
  readonly platform: string | null;
  /** The least severity that fails. */
  readonly failOn: string;
  /** Vulnerabilities without a fix do not fail. */
  readonly onlyFixed: boolean;
  /** The program: `grype`, or its path. */
  readonly grype: string;
  readonly aborted: AbortSignal;
  readonly report: (line: string) => void;
}

/**
 * Lets grype look at each image, and say what it found. Throws VP611 where it found something in one of them, VP613
 * where it failed: then nobody knows what is in the image.
 */
export async function scanImages(images: readonly ImageToScan[], wish: ScanWish): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-scan-'));
  const vulnerable: string[] = [];
  try {
    const config = join(folder, 'grype.yaml');
    await writeFile(config, grypeConfig(wish.waivers));
    for (const { reference, findings } of images) {
      wish.report(`grype looks at ${reference}`);
      if (findings !== null) await mkdir(dirname(findings), { recursive: true });
      if (!(await isClean(grypeArguments({ reference, findings }, wish, config), wish))) vulnerable.push(reference);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (vulnerable.length === 0) return;
  throw new PipelineError('VP611', `at or above ${wish.failOn}, as grype lists them above`, {
    details: vulnerable.join('\n'),
  });
}

/**
 * The waivers as grype's own rules. JSON is YAML, too. A waiver for a CVE also covers the advisory that stands for it.
 */
export function grypeConfig(waivers: readonly Waiver[]): string {
  const ignore = waivers.map(({ id, package: name, reason, until }) => ({
    vulnerability: id,
    'include-aliases': true,
    reason: `${reason} (until ${until})`,
    ...(name === undefined ? {} : { package: { name } }),
  }));
  return jsonText({ ignore });
}

export function grypeArguments(
  { reference, findings }: ImageToScan,
  { platform, failOn, onlyFixed }: Pick<ScanWish, 'platform' | 'failOn' | 'onlyFixed'>,
  config: string,
): string[] {
  return [
    reference,
    ...['--config', config, '--fail-on', failOn, '--output', 'table'],
    ...(onlyFixed ? ['--only-fixed'] : []),
    ...(platform === null ? [] : ['--platform', platform]),
    ...(findings === null ? [] : ['--output', `json=${findings}`]),
  ];
}

/**
 * Grype ends with 2 where it found something at or above --fail-on (since 0.92), and with 1 for every failure of its
 * own.
 */
async function isClean(args: readonly string[], { grype, aborted }: ScanWish): Promise<boolean> {
  if ((await which(grype, { nothrow: true })) === null) {
    const fix = 'install grype 0.92 or newer, or name it in GRYPE';
    throw new PipelineError('VP902', `${grype} cannot be run`, { fix });
  }
  const run = $({ nothrow: true, quiet: true, stdio: ['ignore', 'inherit', 'inherit'], signal: aborted });
  const { exitCode } = await run`${grype} ${args}`;
  aborted.throwIfAborted();
  if (exitCode === 0 || exitCode === 2) return exitCode === 0;
  throw new PipelineError('VP613', `${grype} ended with ${exitCode ?? 'no exit code'}`, { where: args[0] ?? '' });
}

/** The waivers of modules/waivers.yaml; none where there is no file. Throws VP101 with every field that is wrong. */
export function readWaivers(workspace: Workspace): Waiver[] {
  const file = join(workspace.modules, 'waivers.yaml');
  const text = textIfThere(file);
  if (text === null) return [];
  const read = readData(kind, file, text);
  if ('problems' in read) throw dataError(read.problems);
  return read.value.waivers;
}

/** Throws VP612 where the last day of a waiver has passed. `today`: yyyy-mm-dd, in UTC. */
export function requireCurrentWaivers(waivers: readonly Waiver[], today: string): void {
  const expired = waivers.filter(({ until }) => until < today);
  if (expired.length === 0) return;
  const details = expired.map(
    ({ id, package: name, until }) => `${id}${name === undefined ? '' : ` in ${name}`}, until ${until}`,
  );
  throw new PipelineError('VP612', `${expired.length}, on ${today}`, {
    where: 'modules/waivers.yaml',
    details: details.join('\n'),
  });
}

import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { execa } from 'execa';
import type { Buildx } from '../tools/buildx.ts';
import { type BakeEvent, bakeEventReader } from './bake-events.ts';
import { progressReporter } from './bake-progress.ts';
import { stepName } from './build-steps.ts';

export interface BakeRun {
  readonly buildx: Buildx;
  /** dist: the paths of the bake file count from there. */
  readonly folder: string;
  /** The bake file, from there, and others that change some of its targets. */
  readonly files: readonly string[];
  readonly targets: readonly string[];
  /** Gets everything that the build printed, each line with its stage; added to. */
  readonly log: string;
  /** Gets what buildx says of each target's result, as JSON. */
  readonly metadata?: string;
  readonly aborted: AbortSignal;
  readonly report: (line: string) => void;
}

export interface BakeResult {
  readonly ok: boolean;
  readonly events: readonly BakeEvent[];
}

/**
 * Hands targets to `docker buildx bake` and waits for its end. A failure is a result, not an error: bakeFailure tells what it means. When
 * `aborted` fires, buildx is ended and waited for, so that nothing writes any more when this returns.
 */
export async function runBake(run: BakeRun): Promise<BakeResult> {
  const { buildx, folder, files, targets, log, metadata, aborted, report } = run;
  const [program, ...words] = buildx.command;
  const options = [
    '--progress=rawjson',
    ...(metadata === undefined ? [] : ['--metadata-file', metadata]),
    ...files.flatMap((file) => ['--file', file]),
  ];
  await mkdir(dirname(log), { recursive: true });
  const output = createWriteStream(log, { flags: 'a' });
  const child = execa(program, [...words, 'bake', ...options, ...targets], {
    cwd: folder,
    env: buildx.env,
    stdin: 'ignore',
    all: true,
    buffer: false,
    reject: false,
    cancelSignal: aborted,
    forceKillAfterDelay: 20_000,
  });
  const events: BakeEvent[] = [];
  const read = bakeEventReader();
  const progress = progressReporter(report);
  const names = new Map<string, string>();
  try {
    for await (const line of createInterface({ input: child.all })) {
      for (const event of read(line)) {
        events.push(event);
        progress.see(event);
        output.write(logText(event, names));
      }
    }
    const { exitCode } = await child;
    return { ok: exitCode === 0, events };
  } finally {
    progress.end();
    output.end();
    await finished(output);
  }
}

/** What a reader of the log wants: output with the stage in front, steps as they begin and end. */
function logText(event: BakeEvent, names: Map<string, string>): string {
  switch (event.kind) {
    case 'message':
      return `${event.text}\n`;
    case 'log':
      return event.text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => `${names.get(event.vertex) ?? 'buildkit'} | ${line}\n`)
        .join('');
    case 'vertex': {
      const { digest, name, started, completed, cached, error } = event.vertex;
      const stage = stepName(name)?.stage ?? 'buildkit';
      names.set(digest, stage);
      if (error !== undefined) return `${stage} > failed: ${error}\n`;
      if (completed !== undefined) return `${stage} > ${cached ? 'cached' : 'done'}: ${name}\n`;
      return started === undefined ? '' : `${stage} > ${name}\n`;
    }
  }
}

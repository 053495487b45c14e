import { dirname, join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { dockerClient } from '../lib/engine.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { ensureProgram } from './ensure-program.ts';

/** How buildx is called here, and with which environment beside the process's own. */
export interface Buildx {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * `docker buildx` where the client has it; otherwise Debian's plugin, unpacked into dist/tools and run by itself, with its state there
 * too: the user's own Docker configuration is only read. `local`: the base is an image that only the engine has, so the engine's own builder
 * has to be used; otherwise it is the one that the user chose. Throws VP309 where none can be had.
 */
export async function ensureBuildx(local: boolean, report: (line: string) => void): Promise<Buildx> {
  const env = { BUILDX_NO_DEFAULT_ATTESTATIONS: '1', ...(local && { BUILDX_BUILDER: 'default' }) };
  const client = dockerClient();
  const plugin = await execa(client, ['buildx', 'version'], { reject: false, stdin: 'ignore' });
  if (plugin.exitCode === 0) return { command: [client, 'buildx'], env };

  const program = await ownBuildx(report);
  // A second builder would have to come from the state of a buildx that is not there.
  const BUILDX_BUILDER = process.env['BUILDX_BUILDER'] ?? 'default';
  return { command: [program], env: { BUILDX_BUILDER, ...env, BUILDX_CONFIG: join(dirname(program), 'buildx-state') } };
}

async function ownBuildx(report: (line: string) => void): Promise<string> {
  const file = 'usr/libexec/docker/cli-plugins/docker-buildx';
  const program = { package: 'docker-buildx', suites: ['trixie', 'sid'], file };
  const taking = (): void =>
    report('The docker client has no buildx: taking it out of the Debian package docker-buildx');
  try {
    return await ensureProgram('docker-buildx', program, taking);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PipelineError('VP309', 'the Debian archive did not give docker-buildx', { details: why, cause });
  }
}

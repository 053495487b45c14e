import type { ModuleManifest } from '../lib/module-schema.ts';
import { CheckFailed, require } from './outcome.ts';
import type { Server } from './server.ts';

/** Runs the smoke commands of a manifest in their order; CheckFailed for the first whose reply is an error or another one. */
export async function smokeSteps(smoke: ModuleManifest['smoke'], server: Pick<Server, 'cli'>): Promise<string> {
  for (const { command, reply } of smoke) {
    const got = await server.cli(...command).catch((error: unknown) => {
      throw new CheckFailed(`${command.join(' ')}: ${error instanceof Error ? error.message : String(error)}`);
    });
    require(reply === undefined || got.includes(reply), () =>
      `${command.join(' ')} replied ${JSON.stringify(got)}, wanted ${reply}`);
  }
  return smoke.map(({ command }) => command[0]).join(', ');
}

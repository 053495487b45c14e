import type { ModuleManifest } from '../../../modules/schema.ts';
import type { Group } from '../lab.ts';
import { layout } from '../layout.ts';
import { CheckFailed, CheckNotRun, require, requireSame } from '../outcome.ts';
import { type Server, withServer } from '../server.ts';
import { moduleVersion, type Subject } from '../subject.ts';

/** The image as it comes: every module loads once, says its version, and does its work. */
export const modules: Group = async (lab) => {
  const { subject, recorder } = lab;
  const { manifests } = subject.expected;
  await withServer(lab, 'start: as it comes', {}, async (server) => {
    await recorder.check('server: is the version of the line', () => serverVersion(server, subject));
    await recorder.check('server: is process 1', () => processOne(server));
    await recorder.check('modules: no others are loaded', async () => {
      const known = manifests.map(({ loadName }) => loadName);
      const others = (await server.modules()).filter(({ name }) => !known.includes(name));
      requireSame(
        'what else is loaded',
        others.map(({ name }) => name),
        [],
      );
      return `${known.length} in all`;
    });
    for (const { name, loadName, file, smoke } of manifests) {
      const isLoaded = await recorder.check(`module ${name}: loads once`, async () => {
        const found = (await server.modules()).filter((module) => module.name === loadName);
        requireSame(
          `paths of ${loadName} in MODULE LIST`,
          found.map(({ path }) => path),
          [`${layout.modules}/${file}`],
        );
        return `as ${loadName}`;
      });
      if (!isLoaded) continue;
      await recorder.check(`module ${name}: reports its version`, async () => {
        const found = (await server.modules()).find((module) => module.name === loadName);
        return compareReported(found?.version ?? 0, moduleVersion(subject, name));
      });
      await recorder.check(`module ${name}: works`, async () => {
        if (smoke.length === 0) throw new CheckNotRun('the manifest names no commands');
        return smokeSteps(smoke, server);
      });
    }
  });
};

async function serverVersion(server: Server, { bundle, expected }: Subject): Promise<string> {
  const version = await server.info('server', 'valkey_version');
  requireSame('valkey_version', version, expected.line.valkey ?? bundle?.valkey);
  return `valkey ${version}`;
}

async function processOne(server: Server): Promise<string> {
  const executable = (await server.read(['readlink', '/proc/1/exe'])).trim();
  requireSame('the executable of process 1', executable, layout.server);
  return executable;
}

/** What valkey-json and valkey-bloom report on a branch that is not released: a tag may have been set on it. */
const unreleased = 999_999;

/**
 * Compares the number that a module reports in MODULE LIST with the version it should have, as far as that goes: two ways to write a
 * version as a number are in use (10203 and, in search from 1.1 on, 0x010203), some modules always report 1, and releases that only fix
 * something often forget the number. So major and minor have to be right.
 */
export function compareReported(reported: number, version: string | null): string {
  if (version === null) throw new CheckNotRun('nobody says which version it should be');
  if (reported === unreleased)
    throw new CheckNotRun(`it reports ${reported}, upstream's number of an unreleased branch`);
  if (reported < 10_000) throw new CheckNotRun(`it reports ${reported}, which is no version`);
  const readings = [
    [Math.floor(reported / 10_000), Math.floor(reported / 100) % 100, reported % 100],
    [reported >> 16, (reported >> 8) & 0xff, reported & 0xff],
  ].map((parts) => parts.join('.'));
  const wanted = version.split('.').slice(0, 2).join('.');
  const reading = readings.find((text) => text.startsWith(`${wanted}.`));
  require(reading !== undefined, () => `it reports ${reported} (${readings.join(' or ')}), wanted ${version}`);
  return reading === version
    ? `reports ${reported}`
    : `reports ${reported}, which is ${reading} rather than ${version}`;
}

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

import type { Group } from '../lab.ts';
import { layout } from '../layout.ts';
import { CheckNotRun, requireSame } from '../outcome.ts';
import { compareReported } from '../reported-version.ts';
import { type Server, withServer } from '../server.ts';
import { smokeSteps } from '../smoke.ts';
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

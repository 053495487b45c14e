import { setTimeout as pause } from 'node:timers/promises';
import type { ModuleManifest } from '../../modules/schema.ts';
import type { ContainerWish, Group } from './lab.ts';
import { CheckFailed, CheckNotRun, require, requireSame } from './report.ts';
import { checkServer, type Server, serverIn, untilItAnswers, withServer } from './server.ts';
import { layout, moduleVersion, type Subject } from './subject.ts';

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

/** The number that valkey-json and valkey-bloom report on an unreleased branch: a tag may have been set on it. */
const unreleased = 999_999;

/**
 * Compares the number that a module reports in MODULE LIST with the version it should have, as far as that goes: two
 * ways to write a version as a number are in use (10203 and, in search from 1.1 on, 0x010203), some modules always
 * report 1, and releases that only fix something often forget the number. So major and minor have to be right.
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

/** Runs the smoke commands of a manifest in their order; CheckFailed for the first error or other reply. */
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

interface Way {
  readonly name: string;
  readonly wish: ContainerWish;
  readonly uid: number;
}

/** A folder of the operator's is all that can be written there. */
const writable = { '/data': 'mode=1777', '/tmp': 'mode=1777', '/run/valkey-bundle': 'mode=1777' };

const ways: readonly Way[] = [
  { name: 'user: started as root, the server drops to valkey', wish: { user: '0:0' }, uid: layout.uid },
  { name: 'user: an arbitrary uid', wish: { user: '1234:0' }, uid: 1234 },
  { name: 'user: a read-only root file system', wish: { readOnly: true, tmpfs: writable }, uid: layout.uid },
  {
    name: 'command: valkey-server in the place of ENTRYPOINT loads the modules, too',
    wish: { entrypoint: ['valkey-server'], command: ['--port', '6379'] },
    uid: layout.uid,
  },
];

/** The ways in which the image is started elsewhere: each has the real server, the right user and every module. */
export const users: readonly Group[] = ways.map(
  ({ name, wish, uid }): Group =>
    (lab) =>
      checkServer(lab, name, wish, async (server) => {
        await requireOwner(server, uid);
        const loaded = (await server.modules()).map((module) => module.name).sort();
        requireSame('MODULE LIST', loaded, lab.subject.expected.manifests.map(({ loadName }) => loadName).sort());
        requireSame('the reply to SAVE', await server.cli('SAVE'), 'OK');
        return `uid ${uid}, ${loaded.length} modules`;
      }),
);

/** Process 1 is the real server, and real, effective, saved and file system uid are the wanted one. */
async function requireOwner(server: Server, uid: number): Promise<void> {
  const status = await server.read(['cat', '/proc/1/status'], String(uid));
  const uids = /^Uid:\s*(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
  require(uids.length === 4 && uids.every((each) => each === String(uid)), () =>
    `process 1 has the uids ${uids.join(', ')}, wanted ${uid}`);
  const executable = (await server.read(['readlink', '/proc/1/exe'], String(uid))).trim();
  requireSame('the executable of process 1', executable, layout.server);
}

/** Long enough for a machine that does other things, too: what it waits for is the engine's own verdict. */
const boundMs = 120_000;

/** The image's own health check, asked more often than it says, becomes healthy. */
export const health: Group = (lab) =>
  checkServer(lab, 'health: becomes healthy', { healthEveryMs: 300 }, async ({ container }) => {
    const end = performance.now() + boundMs;
    for (;;) {
      const { Health } = (await container.inspect()).State;
      if (Health === undefined) throw new CheckFailed('the image has no health check');
      const last = Health.Log?.at(-1)?.Output.trim() ?? 'it was not asked yet';
      if (Health.Status === 'healthy') return last;
      if (Health.Status === 'unhealthy' || performance.now() > end) throw new CheckFailed(`${Health.Status}: ${last}`);
      await pause(100);
    }
  });

/** How long an empty server may take from SIGTERM to its end. */
const bound = 10_000;

/** SIGTERM reaches the server, which saves and ends with 0; what it saved is there at the next start. */
export const signals: Group = (lab) =>
  checkServer(lab, 'signals: SIGTERM saves and ends with 0', {}, async ({ container, cli }) => {
    requireSame('the reply to SET', await cli('SET', 'verify:kept', 'yes'), 'OK');
    const started = performance.now();
    await container.kill({ signal: 'SIGTERM' });
    const end: unknown = await container.wait({ abortSignal: AbortSignal.timeout(bound) }).catch(() => null);
    require(end !== null, () => `it has not ended ${bound} ms after SIGTERM`);
    const took = Math.round(performance.now() - started);
    const { State } = await container.inspect();
    require(State.ExitCode === 0, () => `it ended with exit code ${State.ExitCode}`);
    await container.start();
    await untilItAnswers(container);
    requireSame('the value after the next start', await serverIn(container).cli('GET', 'verify:kept'), 'yes');
    return `${took} ms`;
  });

import type Docker from 'dockerode';
import { engineStatus, openEngine } from './lib/engine.ts';
import { findNodes, type NodesLeft, stopNodes } from './start/compose.ts';
import { CONTAINER_NAME, findEarlier, stopAndRemove, VOLUME_NAME, volumeExists } from './start/container.ts';
import { readOptions } from './start/options.ts';
import { createProgress, type Progress } from './start/progress.ts';
import { fail, StartError } from './start/start-error.ts';

const help = `npm stop -- [options]      stop what npm start runs, the server or the nodes of --compose, and remove the containers

  --data   remove the data too (the volume ${VOLUME_NAME}, and those of the nodes)
  --help   this page

Doing it twice is no error.
`;

/** `npm stop`: server and nodes save and end, their containers go; their data only with --data. */
async function stop(): Promise<number> {
  const table = { data: { type: 'boolean' }, help: { type: 'boolean' } } as const;
  const given = readOptions('stop', process.argv.slice(2), table, process.env).map(({ name }) => name);
  if (given.includes('help')) {
    process.stdout.write(help);
    return 0;
  }
  const docker = await openEngine();
  const progress = createProgress(process.stderr);
  const running = await findEarlier(docker);
  const nodes = await findNodes(docker, process.env);
  const data = given.includes('data');
  if (nodes.containers > 0 || (data && nodes.volumes.length > 0)) await endNodes(nodes, data, progress);
  if (running === null) {
    if (nodes.containers === 0) process.stdout.write(`no container ${CONTAINER_NAME}: nothing to stop\n`);
  } else {
    await progress.step('Stopping the server, so that it saves its data', () => stopAndRemove(docker, running.id));
    process.stdout.write(`the container ${CONTAINER_NAME} is stopped and removed\n`);
  }
  const hasData = await volumeExists(docker);
  if (!data) {
    if (hasData) process.stdout.write(`its data stays in the volume ${VOLUME_NAME} (npm stop -- --data removes it)\n`);
    return 0;
  }
  if (hasData) await removeVolume(docker);
  process.stdout.write(
    hasData ? `the volume ${VOLUME_NAME} is removed\n` : `no volume ${VOLUME_NAME}: no data to remove\n`,
  );
  return 0;
}

async function endNodes(nodes: NodesLeft, data: boolean, progress: Progress): Promise<void> {
  const { project, containers, volumes } = nodes;
  await stopNodes(process.env, data, progress);
  if (containers > 0) process.stdout.write(`the nodes of the compose project ${project} are stopped and removed\n`);
  const names = volumes.join(', ');
  process.stdout.write(
    data ? `the volumes ${names} are removed\n` : `their data stays in ${names} (npm stop -- --data removes it)\n`,
  );
}

async function removeVolume(docker: Docker): Promise<void> {
  try {
    await docker.getVolume(VOLUME_NAME).remove();
  } catch (error) {
    if (engineStatus(error) !== 409) throw error;
    throw new StartError(`the volume ${VOLUME_NAME} is used by another container`, {
      fix: `docker ps -a --filter volume=${VOLUME_NAME} shows which; remove that first.`,
      cause: error,
    });
  }
}

process.exit(await stop().catch((error: unknown) => fail('stop', error, process.stderr)));

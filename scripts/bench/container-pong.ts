import { chmod, mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type Docker from 'dockerode';
import { openEngine } from '../lib/engine.ts';
import { currentOwner, ownerLabel } from '../lib/owner.ts';
import { CONF, folders, OUTPUT } from './container.ts';
import { LOAD_LINES, PLAIN_SERVER, serverArguments } from './first-pong.ts';
import type { Ratio } from './report.ts';
import { ratioOf, type Sample, type Timing, timingOf } from './statistics.ts';
import type { Effort } from './timer.ts';

interface Contender {
  readonly name: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

const socket = (index: number): string => `${OUTPUT}/${index}.sock`;
const contenders: readonly [Contender, Contender] = [
  {
    name: 'container, entrypoint',
    entrypoint: ['bundle-docker-entrypoint'],
    command: ['valkey-server', ...serverArguments(socket(0))],
  },
  {
    name: 'container, plain server',
    entrypoint: [PLAIN_SERVER],
    command: [...serverArguments(socket(1)), ...LOAD_LINES],
  },
];

const PATIENCE_MS = 30_000;

/**
 * From the order to start a container to its first PONG, in turns. The server answers on a socket in a folder of the host: published ports
 * have the engine's proxy in between.
 */
export async function measureContainerPong(
  { runs, warmUp }: Effort,
  image: string,
): Promise<{ ratio: Ratio; timings: Readonly<Record<string, Timing>> }> {
  const engine = await openEngine();
  const samples: Sample[][] = contenders.map(() => []);
  for (let run = 0; run < warmUp + runs; run++) {
    for (const index of run % 2 === 0 ? [0, 1] : [1, 0]) {
      const contender = contenders[index];
      if (contender === undefined) continue;
      const wall = await timeContainer(engine, image, contender, join(folders.output, `${index}.sock`));
      if (run >= warmUp) samples[index]?.push({ wall, cpu: Number.NaN });
    }
  }
  const [ours = [], plain = []] = samples;
  const ratio = ratioOf(timingOf(ours), timingOf(plain));
  return {
    ratio: { what: 'first PONG, from docker start', against: 'plain server', ...ratio, goal: 1.03 },
    timings: Object.fromEntries(contenders.map(({ name }, index) => [name, timingOf(samples[index] ?? [])])),
  };
}

async function timeContainer(engine: Docker, image: string, contender: Contender, path: string): Promise<number> {
  await rm(path, { force: true });
  await mkdir(folders.output, { recursive: true });
  await chmod(folders.output, 0o777);
  const container = await engine.createContainer({
    Image: image,
    Labels: { [ownerLabel]: currentOwner() },
    Entrypoint: [...contender.entrypoint],
    Cmd: [...contender.command],
    HostConfig: { Binds: [`${folders.conf}:${CONF}:ro`, `${folders.output}:${OUTPUT}`] },
  });
  try {
    const from = process.hrtime.bigint();
    const [answered] = await Promise.all([firstPong(path), container.start()]);
    return Number(answered - from) / 1e6;
  } finally {
    await container.remove({ force: true, v: true });
  }
}

/** When the server behind the socket said PONG. */
async function firstPong(path: string): Promise<bigint> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    if (await answers(path)) return process.hrtime.bigint();
    await setTimeout(1);
  }
  throw new Error(`no server answered on ${path} within ${PATIENCE_MS} ms`);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const client = connect(path);
    const finish = (answer: boolean): void => {
      client.destroy();
      resolve(answer);
    };
    client.once('connect', () => client.write('PING\r\n'));
    client.once('data', (data) => finish(data.toString('latin1').startsWith('+PONG')));
    client.once('error', () => finish(false));
    client.once('close', () => finish(false));
  });
}

import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { engine, images, label, requireImage } from '../docker-engine.ts';
import type { TestNetwork } from './network.ts';

/** Names and their addresses. */
export type Zone = Readonly<Record<string, readonly string[]>>;

/** What questions are answered from: `old` until its time is up, as a cache before CoreDNS or in it would. */
export interface Answers {
  readonly zone: Zone;
  readonly old?: { readonly zone: Zone; readonly until: number };
}

/** What CoreDNS is to a cluster: answers for the names of services and pods, and for nothing else. */
export interface NameServer {
  /** Takes effect with the next question, or when old answers are over. */
  publish(zone: Zone): Promise<void>;
  /** From now on answers are those of now, or those that are old already, for this many seconds. */
  keepAnswers(seconds: number): Promise<void>;
  remove(): Promise<void>;
}

/** Starts it on the network's own address for it: this Node and name-server-main.ts, in a container. */
export async function startNameServer(network: TestNetwork): Promise<NameServer> {
  const folder = await mkdtemp(join(tmpdir(), 'zone-'));
  let serial = 0;
  let answers: Answers = { zone: {} };
  let written: Promise<void> = Promise.resolve();
  const answer = (next: Answers): Promise<void> => {
    answers = next;
    serial += 1;
    const file = join(folder, `next-${serial}.json`);
    // One after the other, and renamed into place: a question finds the latest zone, and never half of one.
    written = written.then(async () => {
      await writeFile(file, JSON.stringify(next));
      await rename(file, join(folder, 'zone.json'));
    });
    return written;
  };
  await answer(answers);
  await requireImage(images.test);
  const container = await engine.createContainer({
    Image: images.test,
    Labels: label,
    User: '0:0',
    Entrypoint: ['/node', '/server/name-server-main.ts', '/zone/zone.json'],
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      Binds: [
        `${process.execPath}:/node:ro`,
        `${fileURLToPath(new URL('./name-server-main.ts', import.meta.url))}:/server/name-server-main.ts:ro`,
        `${fileURLToPath(new URL('./dns-message.ts', import.meta.url))}:/server/dns-message.ts:ro`,
        `${folder}:/zone:ro`,
      ],
      NetworkMode: network.name,
    },
    NetworkingConfig: { EndpointsConfig: { [network.name]: { IPAMConfig: { IPv4Address: network.nameServer } } } },
  });
  await container.start();
  return {
    publish: (zone) => answer({ ...answers, zone }),
    keepAnswers(seconds) {
      const { zone, old } = answers;
      const kept = old !== undefined && old.until > Date.now() ? old.zone : zone;
      return answer({ zone, old: { zone: kept, until: Date.now() + seconds * 1000 } });
    },
    async remove() {
      await container.remove({ force: true, v: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

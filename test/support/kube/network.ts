import { randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import { removeNetwork } from '../../../scripts/lib/engine.ts';
import { createNetwork } from '../docker-network.ts';

/** A network of one test's own, which hands out addresses: none is given twice, as a restarted pod mostly gets another one. */
export interface TestNetwork {
  readonly name: string;
  readonly nameServer: string;
  nextAddress(): string;
  connect(container: Docker.Container, address: string): Promise<void>;
  disconnect(container: Docker.Container): Promise<void>;
  remove(): Promise<void>;
}

/** Makes it `internal`: nothing on it reaches beyond. */
export async function makeNetwork(): Promise<TestNetwork> {
  const name = `kube-${randomUUID().slice(0, 8)}`;
  const { docker, prefix } = await createNetwork(name, { Internal: true });
  return describe(docker, name, prefix);
}

function describe(network: Docker.Network, name: string, prefix: string): TestNetwork {
  let last = 9;
  return {
    name,
    nameServer: `${prefix}.2`,
    nextAddress() {
      last += 1;
      if (last > 254) throw new Error(`the network ${name} has no address left`);
      return `${prefix}.${last}`;
    },
    connect: (container, address) =>
      network.connect({ Container: container.id, EndpointConfig: { IPAMConfig: { IPv4Address: address } } }),
    disconnect: (container) => network.disconnect({ Container: container.id, Force: true }),
    remove: () => removeNetwork(network),
  };
}

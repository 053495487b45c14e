import { randomInt, randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import { engine, label } from '../docker-engine.ts';

/** A network of one test's own, which hands out addresses: none is given twice, as a restarted pod mostly gets another one. */
export interface TestNetwork {
  readonly name: string;
  readonly nameServer: string;
  nextAddress(): string;
  connect(container: Docker.Container, address: string): Promise<void>;
  disconnect(container: Docker.Container): Promise<void>;
  remove(): Promise<void>;
}

/** Makes it on a subnet that the engine has free; `internal`, so nothing on it reaches beyond. */
export async function makeNetwork(): Promise<TestNetwork> {
  const name = `kube-${randomUUID().slice(0, 8)}`;
  for (let attempt = 1; ; attempt++) {
    const prefix = `10.${randomInt(128, 255)}.${randomInt(0, 256)}`;
    try {
      const network = await engine.createNetwork({
        Name: name,
        Labels: label,
        Internal: true,
        IPAM: { Driver: 'default', Config: [{ Subnet: `${prefix}.0/24`, Gateway: `${prefix}.1` }] },
      });
      return describe(network, name, prefix);
    } catch (error) {
      // 403: the subnet overlaps with one that exists.
      if (attempt === 10 || !(error instanceof Error && 'statusCode' in error && error.statusCode === 403)) throw error;
    }
  }
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
    remove: () => network.remove(),
  };
}

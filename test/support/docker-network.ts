import { randomInt } from 'node:crypto';
import type Docker from 'dockerode';
import { engine, label } from './docker-engine.ts';
import { until } from './until.ts';

/** A network whose addresses are `<prefix>.1`, which is the gateway's, to `<prefix>.254`. */
interface AddressedNetwork {
  readonly docker: Docker.Network;
  readonly prefix: string;
}

/** Makes a network on which a container can be given an address, on a subnet that the engine has free; with `Internal`, nothing on it reaches beyond. */
export async function createNetwork(
  name: string,
  options: { readonly Internal?: boolean } = {},
): Promise<AddressedNetwork> {
  return until(`a subnet for the network ${name}`, async () => {
    const prefix = `10.${randomInt(128, 255)}.${randomInt(0, 256)}`;
    const IPAM = { Driver: 'default', Config: [{ Subnet: `${prefix}.0/24`, Gateway: `${prefix}.1` }] };
    try {
      return { docker: await engine.createNetwork({ Name: name, Labels: label, IPAM, ...options }), prefix };
    } catch (error) {
      if (error instanceof Error && /overlap/i.test(error.message)) return undefined;
      throw error;
    }
  });
}

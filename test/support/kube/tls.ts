import { connect as connectPlain } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import type { authority } from '../certificate.ts';
import type { KubeObject } from './manifest.ts';

/** The names that deploy/statefulset/components/tls/cert-manager asks for. */
export const hosts = [
  '*.valkey-headless.valkey.svc.cluster.local',
  'valkey-headless.valkey.svc.cluster.local',
  'valkey.valkey.svc.cluster.local',
];

/** What the Secret holds. */
export interface Certificates {
  readonly 'ca.crt': string;
  readonly 'tls.crt': string;
  readonly 'tls.key': string;
  /** Of tls.crt, as Node shows it. */
  readonly serial: string;
}

/** A new certificate of an authority; others may be trusted beside it. */
export function issueFrom(signer: ReturnType<typeof authority>, trusted = [signer]): Certificates {
  const { certificate, key, serial } = signer.issue(hosts);
  return { 'ca.crt': trusted.map((one) => one.certificate).join(''), 'tls.crt': certificate, 'tls.key': key, serial };
}

/** The Secret that the component tls mounts, as cert-manager writes it. */
export function tlsSecret({ serial: _, ...files }: Certificates, name = 'valkey-tls'): KubeObject {
  const data = Object.entries(files).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  const metadata = { name, namespace: 'valkey' };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    ...{ type: 'kubernetes.io/tls', data: Object.fromEntries(data) },
  };
}

/** How a server took a connection: what it said to `PING`, in the clear or over TLS, or why there was no answer. */
export function ping(ip: string, port: number, tls: ConnectionOptions | null): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = tls === null ? connectPlain(port, ip) : connect({ host: ip, port, ...tls });
  socket.on(tls === null ? 'connect' : 'secureConnect', () => socket.write('PING\r\n'));
  socket.on('data', (data) => resolve(String(data).trim()));
  socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message));
  socket.on('close', () => resolve('closed'));
  return promise.finally(() => socket.destroy());
}

/** The serial number of the certificate that a server shows now, verified by an authority and for one of its names. */
export function servedSerial(ip: string, ca: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({ host: ip, port: 6379, ca, servername: hosts[2] ?? '' });
  socket.on('secureConnect', () => resolve(socket.getPeerCertificate().serialNumber));
  socket.on('error', reject);
  return promise.finally(() => socket.destroy());
}

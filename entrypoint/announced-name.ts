import { bytesOf } from './bytes.ts';
import { isHostName } from './cluster/host-name.ts';
import type { Reader } from './host.ts';
import type { Configuration } from './inputs.ts';
import type { ExtraDirective } from './modules/merge.ts';
import { isSetTo } from './modules/settings.ts';

const NAME = 'cluster-announce-hostname';
const HOSTS = '/etc/hosts';

/**
 * `cluster-announce-hostname` with the pod's own full name, in cluster mode where nobody says one (an empty one is one too). Healing finds the
 * other nodes by these names, and an operator announces none.
 */
export function announcedName(
  host: Pick<Reader, 'readSmall' | 'network'>,
  { settings }: Pick<Configuration, 'settings'>,
  image: readonly ExtraDirective[],
): ExtraDirective[] {
  const isSet = settings.has(NAME) || image.some(({ name }) => name === NAME);
  if (isSet || !isSetTo(settings, 'cluster-enabled', 'yes')) return [];
  const hosts = host.readSmall(HOSTS);
  const found = 'text' in hosts ? ownName(hosts.text, host.network()) : null;
  if (found === null) return [];
  const at = { kind: 'file', path: HOSTS, line: found.line } as const;
  return [{ name: bytesOf(NAME), value: bytesOf(found.name), secret: false, at }];
}

/**
 * The kubelet writes a line `<address> <host name>.<subdomain>.<namespace>.svc.<cluster domain> <host name>` for each address of a pod that
 * has a subdomain, as pods of a StatefulSet do (kubelet_pods.go, managedHostsFileContent).
 */
function ownName(
  hosts: string,
  { hostName, addresses }: ReturnType<Reader['network']>,
): { readonly name: string; readonly line: number } | null {
  // The host name is the full one where the pod says so (setHostnameAsFQDN).
  const [own = ''] = hostName.toLowerCase().split('.');
  const isOwn = (name: string): boolean => name.toLowerCase().startsWith(`${own}.`);
  for (const [index, text] of hosts.split('\n').entries()) {
    const [address = '', ...names] = text.replace(/#.*/, '').trim().split(/\s+/);
    if (!addresses.includes(address.toLowerCase())) continue;
    const name = names.find((one) => isOwn(one) && one.split('.').length > 2 && isHostName(one));
    if (name !== undefined) return { name, line: index + 1 };
  }
  return null;
}

import { isIPv4 } from 'node:net';
import { PipelineError } from '../pipeline-error.ts';

/** Where the images are: `ghcr.io` and `kailas-cloud/valkey-bundle`. Both are valid in form. */
export interface Repository {
  readonly registry: string;
  readonly name: string;
}

/** The one place that says where the project publishes; VALKEY_BUNDLE_REPOSITORY stands in for it. */
const published = 'ghcr.io/kailas-cloud/valkey-bundle';

interface Wish {
  /** VALKEY_BUNDLE_REPOSITORY: registry/repository. */
  readonly setting?: string | undefined;
  /** --registry: takes the place of the registry alone. */
  readonly registry?: string | undefined;
  /** --repository: takes the place of the name alone. */
  readonly repository?: string | undefined;
}

/** The repository that is meant. Throws VP510 for a name that no registry would take. */
export function readRepository({ setting, registry, repository }: Wish): Repository {
  const source = setting || published;
  const where = setting ? 'VALKEY_BUNDLE_REPOSITORY' : 'the default';
  const slash = source.indexOf('/');
  if (slash < 1) throw new PipelineError('VP510', `not registry/repository, got ${source}`, { where });
  return {
    registry:
      registry === undefined ? readRegistry(source.slice(0, slash), where) : readRegistry(registry, '--registry'),
    name: repository === undefined ? readName(source.slice(slash + 1), where) : readName(repository, '--repository'),
  };
}

export const showRepository = ({ registry, name }: Repository): string => `${registry}/${name}`;

/** Where the registry's API is. Plain http only where nobody can listen in: on this machine. */
export function apiOf(registry: string): string {
  if (isLoopback(registry)) return `http://${registry}`;
  // Docker Hub's API lives under a name of its own.
  return `https://${registry === 'docker.io' ? 'registry-1.docker.io' : registry}`;
}

/** True for a registry on this machine: `localhost`, an address of 127.0.0.0/8 or [::1], with or without a port. */
export function isLoopback(registry: string): boolean {
  const host = registry.replace(/:\d+$/, '');
  return host === 'localhost' || host === '[::1]' || (host.startsWith('127.') && isIPv4(host));
}

/**
 * As github.com/distribution/reference has it: a first word without dot, colon or the name localhost would be part of
 * the name.
 */
function readRegistry(text: string, where: string): string {
  const host = /^(?<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::(?<port>\d{1,5}))?$/.exec(text)?.groups;
  const isHost = host?.['host'] === 'localhost' || /[.:]/.test(text);
  if (host !== undefined && isHost && Number(host['port'] ?? 1) <= 65_535) return text;
  throw new PipelineError('VP510', `not a registry, got ${text}`, { where });
}

/** The grammar of repository names in the OCI distribution specification; docker allows 255 characters. */
function readName(text: string, where: string): string {
  const word = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
  if (text.length <= 255 && new RegExp(`^${word}(?:/${word})*$`).test(text)) return text;
  throw new PipelineError('VP510', `not the name of a repository, got ${text}`, { where });
}

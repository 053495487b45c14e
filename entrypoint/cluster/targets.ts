import { refuse } from '../diagnostics.ts';
import type { Place } from '../place.ts';

/** A node as the command line names it. */
export interface Target {
  /** `host:port`, for people. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** The nodes of `--nodes a:6379,b:6379`. The port may be left out; an IPv6 address stands in brackets. Refuses VB601, VB702. */
export function readTargets(list: string, at: Place): readonly Target[] {
  const targets = list
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => readTarget(text, at));
  const twice = targets.find(({ name }, index) => targets.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined) throw refuse('VB702', `${twice.name} is named twice`, { at });
  return targets;
}

function readTarget(text: string, at: Place): Target {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:\s[\]/@]+))(?::(\d{1,5}))?$/.exec(text);
  const port = Number(match?.[3] ?? 6379);
  if (match === null || port < 1 || port > 65_535)
    throw refuse('VB601', `"${text}" is no node`, { at, hint: 'Write host:port, an IPv6 address in brackets.' });
  const host = match[1] ?? match[2] ?? '';
  return { name: endpoint(host, port), host, port };
}

/** `host:port` for people, an IPv6 address in brackets. */
export function endpoint(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

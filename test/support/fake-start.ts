import { START_RECORD } from '../../entrypoint/host/host.ts';
import { launch } from '../../entrypoint/launch.ts';
import { classify, type Invocation, startUnderOwnName } from '../../entrypoint/server/invocation.ts';
import { runTool } from '../../entrypoint/tool/run.ts';
import type { FakeCluster } from './fake-cluster-replies.ts';
import { type Event, type FakeHost, RUNTIME_NAME, untilGone, untilGoneLater } from './fake-host.ts';
import { fakeImage, manifests } from './fake-image.ts';

type Image = NonNullable<Parameters<typeof fakeImage>[0]>;
type Environment = Readonly<Record<string, string>>;

/** What a start did, in order, and the parts of it that tests ask for. */
export interface Started {
  /** A function, since a report of a failed test would call the host's `inspect`. */
  readonly hostAfter: () => FakeHost;
  readonly events: readonly Event[];
  readonly stderr: string;
  readonly stdout: string;
  /** Codes of the diagnostics that were printed. */
  readonly codes: readonly string[];
  readonly exec: Extract<Event, { kind: 'exec' }> | null;
  readonly exitCode: number | null;
}

/** Starts a container of the image with a command. */
export function start(command: readonly string[], env: Environment = {}, image: Image = {}): Started {
  return startOf(classify(command), env, image);
}

/** Starts the launcher under the name of a server. */
export function startUnder(name: string, args: readonly string[], image: Image = {}): Started {
  return startOf(startUnderOwnName(name, args), {}, image);
}

function startOf(invocation: Invocation, env: Environment, image: Image): Started {
  const host = fakeImage(image);
  untilGone(() => launch(host, manifests, invocation, env));
  return outcomeOf(host);
}

/** Runs the valkey-bundle tool in a container of the image. */
export function tool(args: readonly string[], env: Environment = {}, image: Image = {}): Started {
  const host = fakeImage(image);
  untilGone(() => runTool(host, { manifests, version: '1.2.3', node: 'v26.0.0' }, args, env));
  return outcomeOf(host);
}

/** The same for a command that waits. */
export async function waitingTool(args: readonly string[], env: Environment = {}, image: Image = {}): Promise<Started> {
  const host = fakeImage(image);
  await untilGoneLater(() => runTool(host, { manifests, version: '1.2.3', node: 'v26.0.0' }, args, env));
  return outcomeOf(host);
}

/** What was done to a host. */
export function outcomeOf(host: FakeHost): Started {
  const { events } = host;
  const printed = (stream: 'stdout' | 'stderr') =>
    events.flatMap((event) => (event.kind === 'print' && event.stream === stream ? [event.text] : [])).join('');
  const stderr = printed('stderr');
  return {
    hostAfter: () => host,
    events,
    stderr,
    stdout: printed('stdout'),
    codes: [...stderr.matchAll(/(?:error|warning|notice) (VB\d{3}): /g)].map(([, code = '']) => code),
    exec: events.find((event) => event.kind === 'exec') ?? null,
    exitCode: events.find((event) => event.kind === 'exit')?.code ?? null,
  };
}

/** The name of each event, for the order in which things happen. */
export function kindsOf({ events }: Started): string[] {
  return events.map(({ kind }) => kind).filter((kind) => kind !== 'print');
}

/** What a start with these arguments leaves for those who ask its server. */
export function recordOfStart(args: readonly string[], image: Image = {}, env: Environment = {}): string {
  const { tree } = start(args, env, image).hostAfter();
  const node = tree.look(`/run/valkey-bundle/${RUNTIME_NAME}/${START_RECORD}`);
  if (node?.kind !== 'file') throw new Error('the start left no record');
  return node.content;
}

/** `valkey-bundle cluster <args>` in a container that the nodes of a cluster in memory answer. */
export function runCluster(
  { waiting }: Pick<FakeCluster, 'waiting'>,
  args: readonly string[],
  env: Parameters<typeof waitingTool>[1] = {},
  files: NonNullable<Parameters<typeof waitingTool>[2]>['files'] = {},
): Promise<Started> {
  return waitingTool(['cluster', ...args], env, { waiting, files });
}

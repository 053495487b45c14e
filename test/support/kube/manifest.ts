import { type NotRun, splitNotRun } from './not-run.ts';
import { type KubeObject, nameOf } from './objects.ts';
import { type Job, kinds, type Service, type StatefulSet } from './schema.ts';

/** Rendered objects, sorted by what the harness does with them. */
export interface Manifest {
  readonly namespace: string;
  readonly statefulSets: readonly StatefulSet[];
  readonly jobs: readonly Job[];
  readonly services: readonly Service[];
  /** By name, and then by key. */
  readonly configMaps: ReadonlyMap<string, ReadonlyMap<string, Buffer>>;
  readonly secrets: ReadonlyMap<string, ReadonlyMap<string, Buffer>>;
  readonly notRun: readonly NotRun[];
}

/** Reads rendered objects. Throws for a kind or a field of which the harness does not know what to do with it. */
export function readManifest(objects: readonly KubeObject[]): Manifest {
  const parts = objects.map((object) => ({ object, ...splitNotRun(object) }));
  const read = <Kind extends keyof typeof kinds>(kind: Kind): ReturnType<(typeof kinds)[Kind]['parse']>[] =>
    parts.filter(({ object }) => object.kind === kind).map(({ object, rest }) => parse(kind, object, rest));
  for (const { object } of parts)
    if (!(object.kind in kinds)) throw new Error(`the harness does not know the kind of ${nameOf(object)}`);
  for (const kind of ['Namespace', 'PodDisruptionBudget', 'NetworkPolicy'] as const) read(kind);
  const statefulSets = read('StatefulSet');
  return {
    namespace: statefulSets[0]?.metadata.namespace ?? 'default',
    statefulSets,
    jobs: read('Job'),
    services: read('Service'),
    configMaps: keysOf(read('ConfigMap'), 'utf8'),
    secrets: keysOf(read('Secret'), 'base64'),
    notRun: parts.flatMap(({ notRun }) => notRun),
  };
}

function parse<Kind extends keyof typeof kinds>(
  kind: Kind,
  object: KubeObject,
  rest: unknown,
): ReturnType<(typeof kinds)[Kind]['parse']> {
  const read = kinds[kind].safeParse(rest);
  // The schema was chosen by the kind that it is of.
  if (read.success) return read.data as ReturnType<(typeof kinds)[Kind]['parse']>;
  const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`the harness cannot run ${nameOf(object)}: ${problems.join('; ')}`);
}

function keysOf(
  objects: ReadonlyArray<{
    readonly metadata: { readonly name: string };
    readonly data: Readonly<Record<string, string>>;
  }>,
  encoding: 'utf8' | 'base64',
): ReadonlyMap<string, ReadonlyMap<string, Buffer>> {
  return new Map(
    objects.map(({ metadata, data }) => [
      metadata.name,
      new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, encoding)])),
    ]),
  );
}

import { PipelineError } from '../problems/pipeline-error.ts';
import type { LockedBase, LockedLine, LockedSource } from './lock-file.ts';
import type { WantedBase, WantedDependency, WantedLine, WantedSource } from './wanted.ts';

/** Where lock.json and a release line differ. */
export interface Difference {
  /** The base, or a module's name. */
  readonly input: string;
  readonly kind: 'missing' | 'stale';
  readonly what: string;
}

/** What resolve would have to do for a line: nothing, if the list is empty. Needs no network. */
export function differences(wanted: WantedLine, locked: LockedLine | undefined): Difference[] {
  const modules = Object.entries(wanted.modules).flatMap(([name, source]) =>
    sourceDifferences(name, source, locked?.modules[name], wanted.architectures),
  );
  const surplus = Object.keys(locked?.modules ?? {})
    .filter((name) => !(name in wanted.modules))
    .map((name): Difference => ({ input: name, kind: 'stale', what: 'the line has no such module any more' }));
  return [...baseDifferences(wanted.base, locked?.base, wanted.architectures), ...modules, ...surplus];
}

/** Throws VP201 where lock.json lacks something that the line asks for, VP202 where it answers another question. */
export function requireCurrent(line: string, found: readonly Difference[]): void {
  if (found.length === 0) return;
  const missing = found.filter(({ kind }) => kind === 'missing');
  const code = missing.length > 0 ? 'VP201' : 'VP202';
  const what = missing.length > 0 ? `unresolved: ${missing.length} inputs` : `stale: ${found.length} inputs`;
  throw new PipelineError(code, `line ${line} is ${what}`, {
    where: 'modules/lock.json',
    details: found.map(({ input, what: why }) => `  ${input}: ${why}`).join('\n'),
    fix: `npm run resolve -- --line ${line}`,
  });
}

export function baseDifferences(
  wanted: WantedBase,
  locked: LockedBase | undefined,
  architectures: WantedLine['architectures'],
): Difference[] {
  const say = differenceOf('base');
  if (wanted.kind === 'image') {
    if (locked === undefined) return [say('missing', `no digest of ${wanted.reference}`)];
    if (locked.kind === 'image' && locked.reference === wanted.reference) return [];
    return [say('stale', `the line has ${wanted.reference}, the lock has ${nameOfBase(locked)}`)];
  }
  if (locked === undefined) return [say('missing', `no version of ${wanted.valkey.package}`)];
  if (locked.kind !== 'debian' || locked.suite !== wanted.suite)
    return [say('stale', `the line has Debian ${wanted.suite}, the lock has ${nameOfBase(locked)}`)];
  return sourceDifferences('base', { kind: 'debian-package', ...wanted.valkey }, locked.valkey, architectures);
}

export function sourceDifferences(
  input: string,
  wanted: WantedSource,
  locked: LockedSource | undefined,
  architectures: WantedLine['architectures'],
): Difference[] {
  const say = differenceOf(input);
  const name = nameOf(wanted);
  if (locked === undefined) return [say('missing', `${noPin[wanted.kind]} of ${name}`)];
  if (wanted.kind === 'git' && locked.kind === 'git') {
    if (wanted.repository === locked.repository && wanted.tag === locked.tag)
      return dependencyDifferences(say, wanted.dependencies, locked.dependencies);
  } else if (wanted.kind === locked.kind && wanted.kind !== 'git' && locked.kind !== 'git') {
    if (wanted.package === locked.package) {
      if (locked.kind === 'debian-source') return [];
      const lacking = architectures.filter((architecture) => locked.sha256[architecture] === undefined);
      return lacking.map((architecture) => say('missing', `no checksum of ${name} for ${architecture}`));
    }
  }
  return [say('stale', `the line has ${name}, the lock has ${nameOf(locked)}`)];
}

function dependencyDifferences(
  say: ReturnType<typeof differenceOf>,
  wanted: Readonly<Record<string, WantedDependency>>,
  locked: Extract<LockedSource, { kind: 'git' }>['dependencies'],
): Difference[] {
  const found = Object.entries(wanted).flatMap(([name, { repository, ref }]): Difference[] => {
    const known = locked[name];
    if (known === undefined)
      return [say('missing', `no commit of its dependency ${name}, ${ref ?? 'of no known ref'}`)];
    if (known.repository === repository && known.ref === ref) return [];
    const [now, then] = [`${repository} ${ref ?? '{valkey}'}`, `${known.repository} ${known.ref}`];
    return [say('stale', `its dependency ${name} is ${now}, the lock has ${then}`)];
  });
  const surplus = Object.keys(locked).filter((name) => !(name in wanted));
  return [...found, ...surplus.map((name) => say('stale', `it has no dependency ${name} any more`))];
}

const noPin = {
  git: 'no commit',
  'debian-source': 'no version',
  'debian-package': 'no version',
} as const satisfies Record<WantedSource['kind'], string>;

function nameOf(source: WantedSource | LockedSource): string {
  switch (source.kind) {
    case 'git':
      return `${source.repository} ${source.tag}`;
    case 'debian-source':
      return `the source package ${source.package}`;
    case 'debian-package':
      return `the package ${source.package}`;
  }
}

function nameOfBase(base: LockedBase): string {
  return base.kind === 'image' ? base.reference : `Debian ${base.suite}`;
}

function differenceOf(input: string) {
  return (kind: Difference['kind'], what: string): Difference => ({ input, kind, what });
}

import type { Code } from '../../../entrypoint/diagnostics/catalogue.ts';
import { asBytes } from '../../../entrypoint/text/bytes.ts';
import type { Files } from '../docker-container.ts';
import { moduleFile } from '../elf.ts';
import { type Started, start } from '../fake-start.ts';
import type { Spec } from '../fake-tree.ts';
import { confRows } from './conf-rows.ts';
import { hostileRows } from './hostile-rows.ts';
import { markRows } from './mark-rows.ts';
import { moduleRows } from './module-rows.ts';
import { passwordRows } from './password-rows.ts';
import type { Row } from './row.ts';
import { variableRows } from './variable-rows.ts';
import { writingRows } from './writing-rows.ts';

/** Every bad input, by what it is about. */
export const sections: ReadonlyArray<{ readonly title: string; readonly rows: readonly Row[] }> = [
  { title: 'Configuration', rows: confRows },
  { title: 'Byte order marks', rows: markRows },
  { title: 'Modules', rows: moduleRows },
  { title: 'Variables and arguments', rows: variableRows },
  { title: 'Passwords and who needs none', rows: passwordRows },
  { title: 'Files that a start needs', rows: writingRows },
  { title: 'Terminal escapes and secrets', rows: hostileRows },
];

/**
 * The rows of which a container can say more than the recorded host: a server that runs, what that host had to be told by hand or cannot have,
 * who starts it and on which file system, and the first row of each code.
 */
export const realRows: ReadonlySet<Row> = realOnes();

function realOnes(): Set<Row> {
  const codes = new Set<Code | null>();
  return new Set(
    sections
      .flatMap(({ rows }) => rows)
      .filter(({ asks, twin, code, wish }) => {
        const isFirst = !codes.has(code);
        codes.add(code);
        const isOfPlace = [wish.entrypoint, wish.user, wish.readOnly, wish.tmpfs].some((said) => said !== undefined);
        return asks !== undefined || twin !== undefined || isFirst || isOfPlace;
      }),
  );
}

/** One diagnostic as it stands on standard error. */
interface Shown {
  readonly place: string | null;
  readonly severity: string;
  readonly code: string;
  /** Whether it has a fix of its own. */
  readonly hasFix: boolean;
  /** All of its lines. */
  readonly text: string;
}

/** What a start printed, taken apart. */
interface Report {
  readonly errors: readonly Shown[];
  readonly codes: readonly string[];
  readonly hasStack: boolean;
}

export function reportOf(stderr: string): Report {
  // A diagnostic is its first line and the indented ones behind it: an excerpt and a fix.
  const diagnostics = /^valkey-bundle: (?:(.*): )?(error|warning|notice) (VB\d{3}): .*(?:\n {2}.*)*$/gm;
  const shown = [...stderr.matchAll(diagnostics)].map(
    ([text, place, severity = '', code = '']): Shown => ({
      ...{ place: place ?? null, severity, code, text },
      hasFix: /^ {2}fix: \S/m.test(text),
    }),
  );
  return {
    errors: shown.filter(({ severity }) => severity === 'error'),
    codes: shown.map(({ code }) => code),
    hasStack: /^\s+at .*:\d+:\d+\)?$/m.test(stderr) || stderr.includes('VB901'),
  };
}

/** Starts the row's input on the recorded host. */
export function startTwin({ wish, twin }: Row): Started {
  const files = Object.entries(wish.files ?? {}).map(([path, entry]) => [path, specOf(entry)] as const);
  const uid = wish.user === 'root' ? 0 : Number(wish.user?.split(':')[0] ?? 999);
  const { env = {}, ...world } = twin ?? {};
  return start(
    wish.command ?? ['valkey-server'],
    { ...wish.env, ...env },
    {
      uid,
      gid: uid,
      ...(wish.stdin !== undefined && { stdin: wish.stdin }),
      ...world,
      files: { ...data, '/opt/stand-ins/libecho.so': moduleFile(), ...Object.fromEntries(files), ...world.files },
    },
  );
}

const data = { '/data': { directory: true, mode: 0o1777, owner: { uid: 999, gid: 999 } } } as const;

function specOf(entry: Files[string]): Spec {
  if (typeof entry === 'string') return entry;
  const mode = entry.mode === undefined ? {} : { mode: entry.mode };
  const owner = { uid: entry.uid ?? 0, gid: entry.gid ?? entry.uid ?? 0 };
  if ('directory' in entry) return { directory: true, ...mode, owner };
  if ('linkTo' in entry) return { link: entry.linkTo };
  return { bytes: asBytes(Buffer.from(entry.text).toString('latin1')), ...mode, owner };
}

import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { sha256 } from '../lib/files.ts';
import { silent } from '../lib/run.ts';

/** The words of start.ts where nothing is in the way of a quick start. */
const AS_IT_SHOULD = 'code cache accepted, bindings found';
const PARTS = join(import.meta.dirname, 'single-executable');

export interface ProgramInput {
  /** The TypeScript file to bundle, and what its free names stand for (as JavaScript text). */
  readonly input: string;
  readonly define: Readonly<Record<string, string>>;
  /** A module that exports a Rehearsal of the program, see single-executable/record.ts. */
  readonly rehearsal: string;
}

export interface ExecutableInput extends ProgramInput {
  /** The stripped Node that carries the program. */
  readonly node: string;
  /** An existing folder for what comes in between, and where the result goes. */
  readonly work: string;
  readonly output: string;
}

/** Everything that shapes the executable, beside Node itself: the same key, the same executable. */
interface Bundled {
  readonly key: string;
  readonly program: string;
  readonly start: string;
  readonly check: string;
}

/**
 * Bundles a program, and what starts it. The bundler finds what it is made of, so no list of its sources has to be
 * kept.
 */
export async function bundleProgram({ input, define, rehearsal }: ProgramInput): Promise<Bundled> {
  const startWith = (check: boolean): Promise<string> => bundle(join(PARTS, 'start.ts'), { __CHECK__: String(check) });
  const [program, start, check, rehearsed, record] = await Promise.all([
    bundle(input, define),
    startWith(false),
    startWith(true),
    bundle(rehearsal, {}),
    readFile(join(PARTS, 'record.ts'), 'utf8'),
  ]);
  const key = sha256(JSON.stringify([process.version, process.arch, flags, program, start, rehearsed, record]));
  return { key, program, start, check };
}

/**
 * Puts a bundled program into a Node, with a code cache that was taken after a rehearsal. CommonJS, because Node's
 * loader of modules costs a start several milliseconds. Throws if the executable does not take its cache: it would
 * still run, and nobody would notice.
 */
export async function buildExecutable(executable: ExecutableInput, bundled?: Bundled): Promise<void> {
  const { input, rehearsal, node, work, output } = executable;
  const { program: text, start, check } = bundled ?? (await bundleProgram(executable));
  const program = join(work, 'program.js');
  const cache = join(work, 'cache');
  await writeFile(program, `(function (require, process) {${text}\n})`);
  const run = silent({ env: { ...process.env, NODE_OPTIONS: '' } });
  await run`${node} ${flags} ${join(PARTS, 'record.ts')} ${program} ${cache} ${rehearsal}`;
  const assets = { program, cache };
  const checking = join(work, 'check');
  await assemble({ name: 'check', text: check, assets, node, work, output: checking });
  // V8 names a flag that it does not know on standard error.
  const all = (await run`${checking}`).stdall.trimEnd();
  if (all !== AS_IT_SHOULD) throw new Error(`${input} would start slowly: ${all}, and not ${AS_IT_SHOULD}`);
  await rm(checking);
  await assemble({ name: 'start', text: start, assets, node, work, output });
}

/** One script in ASCII: of any other text V8 would keep two bytes for each character. */
async function bundle(input: string, define: Readonly<Record<string, string>>): Promise<string> {
  const build = await rolldown({ input, platform: 'node', transform: { define: { ...define } } });
  const { output } = await build.generate({ format: 'cjs', minify: true, codeSplitting: false });
  await build.close();
  return output[0].code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

interface Assembly {
  readonly name: string;
  readonly text: string;
  readonly assets: Readonly<Record<string, string>>;
  readonly node: string;
  readonly work: string;
  readonly output: string;
}

/** `execArgvExtension: none`: a user's NODE_OPTIONS must not change the program, and still reaches what it starts. */
async function assemble({ name, text, assets, node, work, output }: Assembly): Promise<void> {
  const main = join(work, `${name}.cjs`);
  await writeFile(main, text);
  const config = join(work, `${name}.json`);
  const sea = {
    main,
    mainFormat: 'commonjs',
    executable: node,
    output,
    assets,
    disableExperimentalSEAWarning: true,
    execArgv: flags,
    execArgvExtension: 'none',
  };
  await writeFile(config, JSON.stringify(sea, null, 2));
  await silent({ cwd: work, env: { ...process.env, NODE_OPTIONS: '' } })`${process.execPath} --build-sea=${config}`;
  await chmod(output, 0o755);
}

/**
 * Flags that the Node inside is started with.
 * - A young generation that holds a whole start: with the first megabyte full, V8 would collect twice on the way.
 * - The hashes that are baked into Node's snapshot: to make them anew takes a tenth of Node's start, and guards a
 *   server that takes strings from strangers. This process reads its configuration and is gone.
 * - One worker thread instead of four: each has to be made, to be told of every change of user, and to be ended.
 * - Bindings for start.ts.
 */
const flags: readonly string[] = [
  '--min-semi-space-size=16',
  '--no-rehash-snapshot',
  '--v8-pool-size=1',
  '--expose-internals',
];

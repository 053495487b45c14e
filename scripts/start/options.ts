import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sha256OfFile } from '../lib/files.ts';
import { didYouMean } from '../lib/text.ts';
import { usageError } from './start-error.ts';

/** The image that is to run. */
export type ImageWish =
  | Readonly<{ kind: 'local' }>
  /** `variant`: null for the usual one. `build`: from source, whatever is published. */
  | Readonly<{ kind: 'line'; line: string; variant: string | null; build: boolean }>
  | Readonly<{ kind: 'reference'; reference: string }>;

export type StartOptions = Readonly<{
  image: ImageWish;
  /** The signature of an image from a registry does not matter. */
  unsigned: boolean;
  /** The file of the public key that it is signed with; null: the release workflow signs. */
  key: string | null;
  /** Three nodes by docker compose, not one server. */
  compose: boolean;
  /** null: 6379, or the next free one. */
  port: number | null;
  detach: boolean;
  environment: readonly EnvironmentVariable[];
  /** Names given as `-e NAME` that the caller's environment does not have: left out, as docker does. */
  unsetNames: readonly string[];
  conf: string | null;
}>;

export const startHelp = `npm start -- [options]     get an image, run it on 127.0.0.1, show what it loaded

Without --line and --image it is the line local, built here of Debian's packages: it needs no registry and no GitHub.

  --line LINE          the image of a release line (9.0, 9.1): pulled where it is published, its signature checked where
                       cosign is there; else built here from source
  --variant NAME       of the line; coordinator has the coordinator of search as image default
  --build              from source, also where it is published
  --image REFERENCE    any image of this project: of this machine, or registry/repository:tag, or ...@sha256:...
  --unsigned           runs an image from a registry whatever its signature
  --key FILE           the public key that the images of your own registry are signed with
  --compose            three nodes as a cluster (deploy/compose) in the place of one server; npm stop ends them
  --port N             the port on 127.0.0.1 (default: 6379, or the next free one)
  -d, --detach         leave the server running; without it Ctrl-C stops it
  -e, --env NAME=value a variable for the container, any number of times
                       -e NAME takes the value from your own environment
  --conf FILE          a valkey.conf: mounted read-only, the server starts with it
  --help               this page

VALKEY_BUNDLE_REPOSITORY=registry/repository is where published images are looked for. A build that was cut off goes on.
Variables worth knowing: <NAME>_MODULE_ARGS (load arguments of one module), VALKEY_MODULES, VALKEY_PASSWORD.
Data stays in the volume valkey-bundle-data; npm stop stops the server, npm stop -- --data removes its data too.
`;

const table: OptionTable = {
  line: { type: 'string' },
  variant: { type: 'string' },
  build: { type: 'boolean' },
  image: { type: 'string' },
  unsigned: { type: 'boolean' },
  key: { type: 'string' },
  compose: { type: 'boolean' },
  port: { type: 'string' },
  detach: { type: 'boolean', short: 'd' },
  env: { type: 'string', short: 'e' },
  conf: { type: 'string' },
  help: { type: 'boolean' },
};

/** Reads the command line of npm start; `help` where it asks for that. A StartError says what is wrong with it. */
export function parseStartOptions(argv: readonly string[], env: NodeJS.ProcessEnv): StartOptions | 'help' {
  let port: number | null = null;
  let detach = false;
  let conf: string | null = null;
  const said = new Map<string, string>();
  const variables = new Map<string, EnvironmentVariable>();
  const unsetNames: string[] = [];
  const given = readOptions('start', argv, table, env);
  if (given.some(({ name }) => name === 'help')) return 'help';
  for (const { name, value } of given) {
    if (name === 'detach') detach = true;
    if (aboutImage.includes(name)) said.set(name, oneValue(name, value ?? '', said.get(name)));
    if (value === null) continue;
    if (name === 'port') port = parsePort(value);
    if (name === 'conf') conf = oneFile(value, conf);
    if (name === 'env') {
      const variable = readVariable(value, env);
      // The last one wins, as with docker run.
      if ('unset' in variable) unsetNames.push(variable.unset);
      else variables.set(variable.name, variable);
    }
  }
  if (said.has('compose') && conf !== null) {
    throw usageError('--conf does not go with --compose', 'The nodes have deploy/compose/valkey.conf: edit that.');
  }
  const image = readImageWish(said);
  const about = { image, unsigned: said.has('unsigned'), key: said.get('key') ?? null, compose: said.has('compose') };
  return { ...about, port, detach, environment: [...variables.values()], unsetNames, conf };
}

/** The options that say which image, and how it runs. */
const aboutImage = ['line', 'variant', 'build', 'image', 'unsigned', 'key', 'compose'];

/** Which image is meant; refuses options that say nothing of it. */
function readImageWish(said: ReadonlyMap<string, string>): ImageWish {
  const [line, reference] = [said.get('line'), said.get('image')];
  if (line !== undefined && reference !== undefined)
    throw usageError('--line and --image each name an image', 'Leave one of them out.');
  for (const name of ['variant', 'build']) {
    if (said.has(name) && line === undefined)
      throw usageError(
        `--${name} says nothing without --line`,
        `For example: --line 9.0 --${name}${name === 'variant' ? ' coordinator' : ''}.`,
      );
  }
  for (const name of ['unsigned', 'key']) {
    if (said.has(name) && ((line === undefined && reference === undefined) || said.has('build')))
      throw usageError(`--${name} is about an image from a registry, and none is asked for`, `Leave --${name} out.`);
  }
  if (said.has('unsigned') && said.has('key'))
    throw usageError('--unsigned and --key contradict each other', 'Leave one of them out.');
  if (reference !== undefined) return { kind: 'reference', reference };
  if (line === undefined) return { kind: 'local' };
  return { kind: 'line', line, variant: said.get('variant') ?? null, build: said.has('build') };
}

function oneValue(name: string, value: string, before: string | undefined): string {
  if (value === '' && table[name]?.type === 'string')
    throw usageError(`--${name} got an empty value`, seeHelp('start'));
  if (before === undefined || before === value) return value;
  throw usageError(`--${name} was given twice: "${before}" and "${value}"`, 'One image runs: name one.');
}

function oneFile(value: string, before: string | null): string {
  if (value === '') throw usageError('--conf got an empty file name', 'Name a valkey.conf, or leave --conf out.');
  if (before !== null) {
    throw usageError(
      `--conf was given twice: "${before}" and "${value}"`,
      'The server reads one file; that file may include the other.',
    );
  }
  return value;
}

function parsePort(value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (port >= 1 && port <= HIGHEST_PORT) return port;
  throw usageError(`--port takes a number from 1 to ${HIGHEST_PORT}, got "${value}"`, 'For example: --port 6380.');
}

const HIGHEST_PORT = 65_535;

export type EnvironmentVariable = Readonly<{ name: string; value: string }>;

/**
 * One `-e` as docker reads it: `NAME=value`, or `NAME` with the caller's value (`unset` if the caller has none).
 * A message never shows the value: it may be a password.
 */
function readVariable(given: string, env: NodeJS.ProcessEnv): EnvironmentVariable | { unset: string } {
  const equals = given.indexOf('=');
  const name = equals === -1 ? given : given.slice(0, equals);
  if (name === '') {
    const got = equals === -1 ? 'nothing' : '"=..."';
    throw usageError(
      `-e needs a variable's name, got ${got}`,
      'Write -e NAME=value, or -e NAME to pass your own value on.',
    );
  }
  if (/[\s\p{Cc}]/u.test(name)) {
    throw usageError(
      `-e: a variable's name has no spaces or control characters, got ${JSON.stringify(name)}`,
      'Quote the value, not the name: -e NAME="first second".',
    );
  }
  if (equals !== -1) return { name, value: given.slice(equals + 1) };
  const value = env[name];
  return value === undefined ? { unset: name } : { name, value };
}

export type ConfFile = Readonly<{ path: string; hash: string }>;

/** The file of `--conf`, as seen from `folder`, with its SHA-256. Refuses what docker would take for something else. */
export async function readConfFile(given: string, folder: string): Promise<ConfFile> {
  const path = resolve(folder, given);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    // Docker would create a directory of that name and mount it.
    if (error.code === 'ENOENT')
      throw usageError(
        `--conf: there is no file ${path}`,
        'Check the name: it is taken from the directory in which you typed npm start.',
      );
    throw usageError(
      `--conf: ${path} cannot be looked at (${error.code ?? error.message})`,
      'Check the permissions of its directories.',
    );
  });
  if (found.isDirectory()) throw usageError(`--conf: ${path} is a directory`, 'Name the valkey.conf in it.');
  if (!found.isFile())
    throw usageError(`--conf: ${path} is not a regular file`, 'Copy its text to a file and name that.');
  await access(path, constants.R_OK).catch(() => {
    throw usageError(
      `--conf: ${path} cannot be read (mode ${octal(found.mode)})`,
      `Make it readable: chmod a+r ${path}`,
    );
  });
  // On Linux the mount keeps owner and mode, and the server drops root before it opens the file.
  if (process.platform === 'linux' && (found.mode & 0o004) === 0) {
    throw usageError(
      `--conf: ${path} has mode ${octal(found.mode)}, and the server in the container runs as another user`,
      `Make it readable for others: chmod o+r ${path} (a password is better given as -e VALKEY_PASSWORD).`,
    );
  }
  return { path, hash: await sha256OfFile(path) };
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

type OptionTable = Readonly<Record<string, { readonly type: 'boolean' | 'string'; readonly short?: string }>>;
type GivenOption = Readonly<{ name: string; value: string | null }>;

/**
 * The options in the order given. `parseArgs` is not strict here, because its own messages neither name the nearest
 * option nor tell what npm does to options that are written before `--`.
 */
export function readOptions(command: string, argv: readonly string[], table: OptionTable, env: NodeJS.ProcessEnv) {
  refuseWhatNpmTook(command, table, env);
  const { tokens } = parseArgs({
    args: [...argv],
    options: table,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given: GivenOption[] = [];
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      throw usageError(`a word without an option is not understood, got "${token.value}"`, seeHelp(command));
    }
    const known = Object.hasOwn(table, token.name) ? table[token.name] : undefined;
    if (known === undefined) throw unknownOption(command, token.rawName, table);
    if (known.type === 'boolean') {
      if (token.value !== undefined) {
        throw usageError(`${token.rawName} takes no value, got "${token.value}"`, `Write ${token.rawName} alone.`);
      }
      given.push({ name: token.name, value: null });
      continue;
    }
    // `--port --detach` means a forgotten value, not a port called --detach; `--port=-1` was meant as written.
    if (token.value === undefined || (!token.inlineValue && token.value.startsWith('-'))) {
      const next = token.value === undefined ? 'nothing follows it' : `the next word is "${token.value}"`;
      throw usageError(`${token.rawName} needs a value, and ${next}`, seeHelp(command));
    }
    given.push({ name: token.name, value: token.value });
  }
  return given;
}

function unknownOption(command: string, written: string, table: OptionTable) {
  const known = Object.entries(table).flatMap(([name, { short }]) =>
    short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`],
  );
  const guess = didYouMean(written, known).replace('did', 'Did');
  return usageError(`there is no option ${written}`, `${guess}${seeHelp(command)}`);
}

/** Without the `--`, npm keeps `--port 7000` as a setting of its own: the option would be lost without a word. */
function refuseWhatNpmTook(command: string, table: OptionTable, env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(table)) {
    if (env[`npm_config_${name}`] === undefined) continue;
    throw usageError(
      `npm took --${name} for an option of its own, so npm ${command} never got it`,
      `Put -- before the options: npm ${command} -- --${name} ...`,
    );
  }
}

function seeHelp(command: string): string {
  return `See npm ${command} -- --help.`;
}

import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sha256OfFile } from '../lib/files.ts';
import { didYouMean } from '../lib/text.ts';
import { usageError } from './start-error.ts';

export type StartOptions = Readonly<{
  /** null: 6379, or the next free one. */
  port: number | null;
  detach: boolean;
  environment: readonly EnvironmentVariable[];
  /** Names given as `-e NAME` that the caller's environment does not have: left out, as docker does. */
  unsetNames: readonly string[];
  conf: string | null;
}>;

export const startHelp = `npm start -- [options]     build the image, run it on 127.0.0.1, show what it loaded

  --port N             the port on 127.0.0.1 (default: 6379, or the next free one)
  -d, --detach         leave the server running; without it Ctrl-C stops it
  -e, --env NAME=value a variable for the container, any number of times
                       -e NAME takes the value from your own environment
  --conf FILE          a valkey.conf: mounted read-only, the server starts with it
  --help               this page

Variables worth knowing: <NAME>_MODULE_ARGS (load arguments of one module), VALKEY_MODULES, VALKEY_PASSWORD.
Data stays in the volume valkey-bundle-data; npm stop stops the server, npm stop -- --data removes its data too.
`;

const table: OptionTable = {
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
  const variables = new Map<string, EnvironmentVariable>();
  const unsetNames: string[] = [];
  const given = readOptions('start', argv, table, env);
  if (given.some(({ name }) => name === 'help')) return 'help';
  for (const { name, value } of given) {
    if (name === 'detach') detach = true;
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
  return { port, detach, environment: [...variables.values()], unsetNames, conf };
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

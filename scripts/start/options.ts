import { type OptionTable, readOptions } from './command-line.ts';
import { type EnvironmentVariable, readVariable } from './environment.ts';
import { parsePort } from './port.ts';
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

/** What the command line asks for, or `help`. A StartError says what is wrong with it. */
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

import { parseArgs } from 'node:util';
import { nearest } from '../../entrypoint/text/names.ts';
import { usageError } from './start-error.ts';

export type OptionTable = Readonly<Record<string, { readonly type: 'boolean' | 'string'; readonly short?: string }>>;
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
  const near = nearest(written, known);
  const fix = near === null ? seeHelp(command) : `Did you mean ${near}? ${seeHelp(command)}`;
  return usageError(`there is no option ${written}`, fix);
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

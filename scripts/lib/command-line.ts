import process from 'node:process';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { PipelineError } from './pipeline-error.ts';
import { didYouMean } from './text.ts';

export interface Verb<Options extends ParseArgsOptionsConfig> {
  readonly name: string;
  readonly usage: string;
  readonly options: Options;
  /** It takes at most so many plain words. */
  readonly positionals?: number;
}

/** The options of every verb, beside its own. */
const common = { help: { type: 'boolean', short: 'h' } } as const;

type Parsed<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options & typeof common; allowPositionals: true }>
>;

export interface Invocation<Options extends ParseArgsOptionsConfig> {
  readonly values: Parsed<Options>['values'];
  readonly positionals: readonly string[];
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP; one that comes later ends the process. */
  readonly aborted: AbortSignal;
  /** One line of progress, on standard error: standard output holds nothing but the result. */
  readonly report: (line: string) => void;
}

/** A signal to the whole process group comes twice where no terminal sent it: bootstrap.mjs passes its own on. */
const sameSignalMs = 500;

/**
 * Runs one verb: reads its command line, shows the usage, turns a signal into an abort, and prints what went wrong with
 * its code and fix. Sets the exit code; a stack appears only for a defect of ours.
 */
export async function runVerb<const Options extends ParseArgsOptionsConfig>(
  verb: Verb<Options>,
  work: (invocation: Invocation<Options>) => Promise<void>,
): Promise<void> {
  const abort = new AbortController();
  let abortedAt = Number.NaN;
  const interrupt = (): void => {
    if (performance.now() - abortedAt < sameSignalMs) return;
    if (abort.signal.aborted) process.exit(fail(abort.signal.reason));
    abortedAt = performance.now();
    abort.abort(new PipelineError('VP905', `npm run ${verb.name} was interrupted`));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  try {
    const { values, positionals } = read(verb);
    if (asksForHelp()) console.log(verb.usage);
    else
      await work({
        values,
        positionals,
        aborted: abort.signal,
        report: (line) => void process.stderr.write(`${line}\n`),
      });
  } catch (error) {
    process.exitCode = fail(abort.signal.aborted ? abort.signal.reason : error);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, interrupt);
  }
}

function read<const Options extends ParseArgsOptionsConfig>(verb: Verb<Options>): Parsed<Options> {
  const options = { ...common, ...verb.options };
  try {
    const parsed = parseArgs({ options, allowPositionals: true });
    const surplus = parsed.positionals[verb.positionals ?? 0];
    if (surplus !== undefined && !asksForHelp()) throw new Error(`Unexpected argument '${surplus}'.`);
    // The generic parseArgs cannot see that `common` is part of its own options.
    return parsed as Parsed<Options>;
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error);
    const given = /'--([^' ]+)/.exec(message)?.[1];
    const guess = given === undefined ? '' : didYouMean(given, Object.keys(options), '--');
    throw new PipelineError('VP901', `npm run ${verb.name}: ${message}`, {
      fix: `${guess}npm run ${verb.name} -- --help shows the usage`,
    });
  }
}

function asksForHelp(): boolean {
  return parseArgs({ options: common, strict: false }).values.help === true;
}

function fail(thrown: unknown): number {
  const error = isDiskFull(thrown) ? new PipelineError('VP904', String(thrown), { cause: thrown }) : thrown;
  if (error instanceof PipelineError) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(`VP999 ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 70;
}

/** Node's error where it cannot write, whatever the file. */
function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

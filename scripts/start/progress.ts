import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import pc from 'picocolors';

export type Say = (line: string) => void;

/** Where the work reports to: always standard error, so that standard output holds nothing but the result. */
export type Progress = Readonly<{
  step: <Result>(title: string, work: (say: Say) => Promise<Result>) => Promise<Result>;
  note: Say;
  warn: Say;
}>;

/** A spinner with the last line of the work on a terminal; elsewhere plain lines, which a log can hold. */
export function createProgress(stderr: NodeJS.WriteStream): Progress {
  const colors = pc.createColors(stderr.isTTY === true && pc.isColorSupported);
  // A terminal that knows no width (0 columns) would get the spinner's lines one letter a line.
  const runStep = stderr.isTTY === true && stderr.columns >= NARROWEST ? spinnerStep : plainStep;
  return {
    step: (title, work) => runStep(stderr, title, work),
    note: (line) => stderr.write(`${line}\n`),
    warn: (line) => stderr.write(`${colors.yellow('warning:')} ${line}\n`),
  };
}

const NARROWEST = 20;
const SHOWN_OF_FAILURE = 25;

async function spinnerStep<Result>(
  stderr: NodeJS.WriteStream,
  title: string,
  work: (say: Say) => Promise<Result>,
): Promise<Result> {
  const started = performance.now();
  // The task runner hands no result on, so the work leaves it here.
  const outcome: { current: { readonly value: Result } | null } = { current: null };
  const said: string[] = [];
  const list = new Listr(
    [
      {
        title,
        task: async (_context, task) => {
          const value = await work((line) => {
            said.push(line);
            task.output = line;
          });
          outcome.current = { value };
          task.title = `${title} (${seconds(started)})`;
        },
      },
    ],
    // Ctrl-C is for the caller to handle: a container may have to be stopped.
    {
      registerSignalListeners: false,
      rendererOptions: {
        logger: new ListrLogger({ useIcons: true, processOutput: new ProcessOutput(stderr, stderr) }),
        showErrorMessage: false,
        formatOutput: 'truncate',
      },
    },
  );
  try {
    await list.run();
  } catch (error) {
    const interrupted = error instanceof Error && error.name === 'AbortError';
    // The spinner hid what a failure ended with.
    if (!interrupted) for (const line of said.slice(-SHOWN_OF_FAILURE)) stderr.write(`  ${line}\n`);
    throw error;
  }
  if (outcome.current === null) throw new Error(`the step "${title}" ended without a result`);
  return outcome.current.value;
}

async function plainStep<Result>(
  stderr: NodeJS.WriteStream,
  title: string,
  work: (say: Say) => Promise<Result>,
): Promise<Result> {
  const started = performance.now();
  stderr.write(`${title}\n`);
  const result = await work((line) => stderr.write(`  ${line}\n`));
  stderr.write(`  done in ${seconds(started)}\n`);
  return result;
}

function seconds(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

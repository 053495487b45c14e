import { buildLocalImage } from './image/local-image.ts';
import { openEngine } from './lib/engine.ts';
import { catchInterruption, followUntilEnd } from './start/follow.ts';
import { parseStartOptions, readConfFile, startHelp } from './start/options.ts';
import { createProgress, type Say } from './start/progress.ts';
import { reportRunning } from './start/report.ts';
import { fail } from './start/start-error.ts';
import { type BuiltImage, startServer } from './start/start-server.ts';

/** `npm start`: the image, built here if need be, as a server on 127.0.0.1 that says what it loaded and why. */
async function start(): Promise<number> {
  const options = parseStartOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    process.stdout.write(startHelp);
    return 0;
  }
  const conf = options.conf === null ? null : await readConfFile(options.conf, callersFolder(process.env));
  const docker = await openEngine();
  const progress = createProgress(process.stderr);
  for (const name of options.unsetNames)
    progress.warn(`-e ${name}: your environment has no ${name}, so the container gets none`);

  const interruption = catchInterruption();
  const { aborted } = interruption;
  try {
    const running = await startServer({
      docker,
      buildImage,
      options,
      conf,
      progress,
      aborted,
    });
    await reportRunning(running, progress, process.stdout);
    // A second start only looks at what the first one, in another terminal, may be following.
    if (options.detach || running.alreadyRunning) return 0;
    progress.note('\nThe log of the server follows; Ctrl-C stops it.\n');
    return await followUntilEnd(docker, running.container, interruption, progress);
  } catch (error) {
    if (!aborted.aborted) throw error;
    progress.note('\ninterrupted before the server was up: what this start made is removed, the data stays');
    return INTERRUPTED_EXIT;
  }
}

/** The one image that needs neither an image registry nor GitHub. */
async function buildImage(report: Say): Promise<BuiltImage> {
  const { tag, id, record } = await buildLocalImage({ report });
  return { tag, id, notes: record.notes };
}

/** npm runs its scripts in the project's folder, and leaves the one that the user typed in here. */
function callersFolder(env: NodeJS.ProcessEnv): string {
  return env['INIT_CWD'] ?? process.cwd();
}

const INTERRUPTED_EXIT = 130;

// Explicit, because a signal may have come while a child or a connection still keeps the process alive.
process.exit(await start().catch((error: unknown) => fail('start', error, process.stderr)));

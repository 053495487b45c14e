import { resolve } from 'node:path';
import type Docker from 'dockerode';
import { listLines } from './data/release-line.ts';
import { openEngine } from './lib/engine.ts';
import { openWorkspace } from './lib/workspace.ts';
import { startNodes } from './start/compose.ts';
import { catchInterruption, followUntilEnd } from './start/follow.ts';
import { chooseImage, obtainImage, requireOurs } from './start/image.ts';
import { parseStartOptions, readConfFile, type StartOptions, startHelp } from './start/options.ts';
import { createProgress, type Progress } from './start/progress.ts';
import { renderNodes, renderOthers, reportRunning } from './start/report.ts';
import { fail } from './start/start-error.ts';
import { type BuiltImage, startServer } from './start/start-server.ts';

/** `npm start`: an image of ours, built or pulled, as a server on 127.0.0.1 that says what it loaded and why. */
async function start(): Promise<number> {
  const options = parseStartOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    process.stdout.write(startHelp);
    return 0;
  }
  const folder = callersFolder(process.env);
  const conf = options.conf === null ? null : await readConfFile(options.conf, folder);
  const workspace = openWorkspace();
  const choice = chooseImage(workspace, options.image, options.compose ? 'coordinator' : 'default');
  const docker = await openEngine();
  const progress = createProgress(process.stderr);
  for (const name of options.unsetNames)
    progress.warn(`-e ${name}: your environment has no ${name}, so the container gets none`);

  const interruption = catchInterruption();
  const { aborted } = interruption;
  const trust = { unsigned: options.unsigned, key: options.key === null ? null : resolve(folder, options.key) };
  const image = () => obtainImage(choice, { docker, workspace, env: process.env, trust, progress, aborted });
  const others = choice.kind === 'local' ? listLines(workspace).filter((line) => line !== 'local') : [];
  try {
    if (options.compose) {
      await startCompose(docker, await image(), options, progress, aborted);
      process.stdout.write(renderOthers(others, '--compose '));
      return 0;
    }
    const running = await startServer({ docker, obtainImage: image, options, conf, progress, aborted });
    await reportRunning(running, progress, process.stdout);
    process.stdout.write(renderOthers(others));
    // A second start only looks at what the first one, in another terminal, may be following.
    if (options.detach || running.alreadyRunning) return 0;
    progress.note('\nThe log of the server follows; Ctrl-C stops it.\n');
    return await followUntilEnd(docker, running.container, interruption, progress);
  } catch (error) {
    if (!aborted.aborted) throw error;
    progress.note('\ninterrupted before the server was up: what this start made is removed, the data stays');
    if (choice.kind === 'line')
      progress.note('what was fetched and built stays, too: the same command goes on where this one was');
    return INTERRUPTED_EXIT;
  }
}

/** Three nodes in the place of one server. They go on by themselves. */
async function startCompose(
  docker: Docker,
  image: BuiltImage,
  options: StartOptions,
  progress: Progress,
  aborted: AbortSignal,
): Promise<void> {
  for (const note of image.notes) progress.warn(note);
  const { modules } = await requireOurs(docker, image.id, image.tag);
  const hasSearch = 'search' in modules;
  if (!hasSearch) progress.note('The image has no module search: the nodes run without its coordinator.');
  const started = { tag: image.tag, hasSearch };
  const nodes = await startNodes({ docker, image: started, options, env: process.env, progress, aborted });
  process.stdout.write(renderNodes(nodes, image.tag));
}

/** npm runs its scripts in the project's folder, and leaves the one that the user typed in here. */
function callersFolder(env: NodeJS.ProcessEnv): string {
  return env['INIT_CWD'] ?? process.cwd();
}

const INTERRUPTED_EXIT = 130;

// Explicit, because a signal may have come while a child or a connection still keeps the process alive.
process.exit(await start().catch((error: unknown) => fail('start', error, process.stderr)));

import { execa } from 'execa';
import { paths } from '../lib/image-paths.ts';
import { PipelineError } from '../problems/pipeline-error.ts';

/** Runs git or gh in the project, and gives what it prints. Throws VP907 if it fails, VP902 if it is not there. */
export async function runTool(tool: 'git' | 'gh', args: readonly string[], folder = paths.root): Promise<string> {
  const ran = await execa(tool, args, { cwd: folder, reject: false, stdin: 'ignore' });
  if (ran.exitCode === 0) return ran.stdout;
  if (ran.exitCode === undefined) throw new PipelineError('VP902', `${tool} cannot be run`, { fix: `install ${tool}` });
  throw new PipelineError('VP907', `${tool} ${args.join(' ')} ended with ${ran.exitCode}`, { details: ran.stderr });
}

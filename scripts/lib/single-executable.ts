import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { rolldown } from 'rolldown';

export interface ExecutableInput {
  /** The TypeScript file to bundle, and what its free names stand for (as JavaScript text). */
  readonly input: string;
  readonly define: Readonly<Record<string, string>>;
  /** The stripped Node that carries the program. */
  readonly node: string;
  /** An existing folder for what comes in between, and where the result goes. */
  readonly work: string;
  readonly output: string;
}

/**
 * Bundles a program and puts it into a Node, with code cache. CommonJS, because Node's loader of modules costs a start several
 * milliseconds. `execArgvExtension: none`: a user's NODE_OPTIONS must not change the program, and still reaches what it starts.
 */
export async function buildExecutable({ input, define, node, work, output }: ExecutableInput): Promise<void> {
  const main = join(work, 'main.cjs');
  const bundle = await rolldown({ input, platform: 'node', transform: { define: { ...define } } });
  await bundle.write({ file: main, format: 'cjs', minify: true, codeSplitting: false });
  await bundle.close();
  const config = join(work, 'sea.json');
  const sea = {
    main,
    mainFormat: 'commonjs',
    executable: node,
    output,
    disableExperimentalSEAWarning: true,
    useCodeCache: true,
    execArgvExtension: 'none',
  };
  await writeFile(config, JSON.stringify(sea, null, 2));
  await execa(process.execPath, [`--build-sea=${config}`], { cwd: work, env: { NODE_OPTIONS: '' } });
  await chmod(output, 0o755);
}

import process from 'node:process';
import { runVerb } from './pipeline/run-verb.ts';
import { openWorkspace } from './pipeline/workspace.ts';
import { PipelineError } from './problems/pipeline-error.ts';
import { readPublished } from './publish/release-file.ts';
import { signArguments } from './workflows/image-commands.ts';
import { runEach, runScript } from './workflows/run-script.ts';

const usage = `npm run sign-published -- --line LINE [--key FILE]
Runs npm run sign on the digest of every variant that was published for a line.
  --line LINE  as modules/releases/<line>.yaml names it
  --key FILE   a private key of cosign; without it, the identity of the GitHub workflow signs`;

const options = { line: { type: 'string' }, key: { type: 'string' } } as const;

await runVerb({ name: 'sign-published', usage, options }, async ({ values, aborted }) => {
  const { line, key } = values;
  if (line === undefined) throw new PipelineError('VP901', 'npm run sign-published: --line is missing');
  const published = await readPublished(openWorkspace(), line);
  if (published === null) {
    const fix = `npm run publish -- --line ${line}`;
    throw new PipelineError('VP520', 'nothing is published yet', { where: `line ${line}`, fix });
  }
  const more = key === undefined ? [] : ['--key', key];
  const calls = signArguments(line, published);
  process.exitCode = await runEach(calls, aborted, (args) => runScript('sign', [...args, ...more]));
});

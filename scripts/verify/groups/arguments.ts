import type { Group } from '../lab.ts';
import { CheckFailed, CheckNotRun, require, requireSame } from '../outcome.ts';
import { pickArgument } from '../pick-argument.ts';
import { type Server, withServer } from '../server.ts';
import { moduleVersion } from '../subject.ts';

/** One known option of every module, given through the module's variable, reaches the module. */
export const moduleArguments: Group = async (lab) => {
  const { subject, recorder } = lab;
  const tried = subject.expected.manifests.map((manifest) => ({
    manifest,
    argument: pickArgument(manifest, moduleVersion(subject, manifest.name)),
  }));
  const env = Object.fromEntries(
    tried.flatMap(({ argument }) => (argument === null ? [] : [[argument.variable, argument.text] as const])),
  );
  await withServer(lab, 'start: with an argument for every module', { env }, async (server) => {
    for (const { manifest, argument } of tried) {
      await recorder.check(`module ${manifest.name}: its arguments arrive`, async () => {
        if (argument === null) throw new CheckNotRun('the manifest has no option with a value to try');
        const { variable, text, words, directive } = argument;
        if (words !== null) await requireWords(server, manifest.loadName, words);
        if (directive !== null) {
          requireSame(`CONFIG GET ${directive.name}`, await server.config(directive.name), directive.value);
        }
        return `${variable}=${text}`;
      });
    }
  });
};

async function requireWords(server: Server, loadName: string, words: readonly string[]): Promise<void> {
  const module = (await server.modules()).find(({ name }) => name === loadName);
  if (module === undefined) throw new CheckFailed(`${loadName} is not loaded`);
  const at = module.args.indexOf(words[0] ?? '');
  const shown = module.args.slice(at, at + words.length);
  require(at !== -1 && JSON.stringify(shown) === JSON.stringify(words), () =>
    `MODULE LIST shows ${JSON.stringify(module.args)}, wanted ${words.join(' ')}`);
}

// node scripts/bootstrap.mjs <verb> [arguments]
// Turns a fresh clone on a bare machine into one where scripts/<verb>.ts can run: packages, Node 26, a Docker engine.
// Plain JavaScript without dependencies, because it runs before they are installed, on any Node from 18 on.
import { existsSync, readdirSync } from 'node:fs';
import process from 'node:process';
import { BootstrapError, say } from './bootstrap/console.mjs';
import { engineNeed } from './bootstrap/engine-need.mjs';
import { findEngine } from './bootstrap/find-engine.mjs';
import { installEngine } from './bootstrap/install-engine.mjs';
import { modernNode } from './bootstrap/modern-node.mjs';
import { installPackages } from './bootstrap/packages.mjs';
import { root, scripts } from './bootstrap/paths.mjs';
import { runVerb } from './bootstrap/run-verb.mjs';

async function bootstrap([verb, ...args]) {
  if (!verb || !existsSync(`${scripts}/${verb}.ts`)) {
    throw new BootstrapError(`${verb ? `unknown verb: ${verb}` : 'no verb given'}. Verbs: ${verbs().join(', ')}`, 64);
  }
  await installPackages(root);
  const node = modernNode(root);
  const engine = await engineFor(verb, args);
  if (engine === 'not wanted') return 0;
  return runVerb({ node, script: `${scripts}/${verb}.ts`, args, env: engine });
}

/** The environment that lets a verb reach the engine: empty for a verb that needs none. */
async function engineFor(verb, args) {
  const need = engineNeed(verb, args);
  if (need === 'none') return {};
  const found = findEngine(process.env);
  if (found) return found;
  if (need === 'start') return installEngine(process.env);
  say('no Docker engine answers, so nothing of ours is running');
  return 'not wanted';
}

function verbs() {
  return readdirSync(scripts)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -'.ts'.length));
}

try {
  process.exitCode = await bootstrap(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}

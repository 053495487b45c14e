// node scripts/bootstrap.mjs <verb> [arguments]
// Turns a fresh clone on a bare machine into one where scripts/<verb>.ts can run: packages, Node 26, a Docker engine.
// Plain JavaScript without dependencies, because it runs before they are installed, on any Node from 18 on.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { BootstrapError, say } from './bootstrap/console.mjs';
import { findEngine, installEngine } from './bootstrap/engine.mjs';
import { engineNeed } from './bootstrap/needs.mjs';
import { installPackages } from './bootstrap/packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const scripts = `${root}/scripts`;

async function bootstrap([verb, ...args]) {
  if (!verb || !existsSync(`${scripts}/${verb}.ts`)) {
    throw new BootstrapError(`${verb ? `unknown verb: ${verb}` : 'no verb given'}. Verbs: ${verbs().join(', ')}`, 64);
  }
  await installPackages(root);
  const node = modernNode();
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

/** The Node 26 that npm brought as an optional dependency: the scripts are TypeScript that it runs as it is. */
function modernNode() {
  const path = `${root}/node_modules/node-linux-${process.arch}/bin/node`;
  if (existsSync(path)) return path;
  throw new BootstrapError(
    `npm installed no Node 26 for ${process.platform}-${process.arch} (${path} is missing).\n` +
      'Fix: use Linux on x64 or arm64; if this is one, remove node_modules and run again without --omit=optional.',
  );
}

/** Runs a script with Node 26, as if it had been started in our place: signals reach it, and its exit code is ours. */
function runVerb({ node, script, args, env }) {
  const path = [dirname(node), `${root}/node_modules/.bin`, process.env.PATH].join(':');
  const child = spawn(node, [script, ...args], { stdio: 'inherit', env: { ...process.env, ...env, PATH: path } });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => passOn(signal, child));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

/** A terminal sends Ctrl-C to everyone in the foreground: passing it on as well would be a second one. */
function passOn(signal, child) {
  const fromTerminal = process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT');
  if (!fromTerminal) child.kill(signal);
}

try {
  process.exitCode = await bootstrap(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import process from 'node:process';
import { root } from './paths.mjs';

/** Runs a script with Node 26, as if it had been started in our place: signals reach it, and its exit code is ours. */
export function runVerb({ node, script, args, env }) {
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

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { BootstrapError, say } from './console.mjs';

/** Runs `npm ci` if package-lock.json is not the one that node_modules was installed from. */
export async function installPackages(root) {
  const lock = readFileSync(`${root}/package-lock.json`, 'utf8');
  const hash = createHash('sha256').update(lock).digest('hex');
  const stamp = `${root}/node_modules/.installed-from`;
  if (readIfThere(stamp) === hash) return;

  await withLock(`${root}/dist/.npm-ci-lock`, 'another run is installing the packages', () => {
    if (readIfThere(stamp) === hash) return;
    if (!holdsWhat(lock, readIfThere(`${root}/node_modules/.package-lock.json`))) runNpm(root);
    mkdirSync(`${root}/node_modules`, { recursive: true });
    writeFileSync(stamp, hash);
  });
}

function runNpm(root) {
  say('installing the npm packages of package-lock.json');
  // Only errors: the Node that runs npm may be older than what the packages want, and they are run by Node 26.
  const args = ['ci', '--loglevel=error', '--no-audit', '--no-fund'];
  const npm = spawnSync('npm', args, { cwd: root, env: withoutOwnNode(root), encoding: 'utf8' });
  if (npm.status === 0) return;
  if (npm.error) {
    throw new BootstrapError(
      `npm could not be started (${npm.error.message}).\nFix: install npm beside Node ${process.version}.`,
    );
  }
  if (npm.signal) throw new BootstrapError(`npm ci was ended by ${npm.signal}`, 130);
  throw new BootstrapError(
    `npm ${args.join(' ')} failed with exit code ${npm.status}:\n${essence(npm.stdout + npm.stderr)}`,
  );
}

/** npm explains its command line after some errors: the beginning says what is wrong, the end where its log is. */
function essence(output) {
  const lines = output.trim().split('\n');
  return lines.length <= 30 ? lines.join('\n') : [...lines.slice(0, 20), '...', ...lines.slice(-3)].join('\n');
}

/** npm is not run by the Node in node_modules, which it is about to replace. */
function withoutOwnNode(root) {
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => !folder.startsWith(`${root}/node_modules/`));
  return { ...process.env, PATH: folders.join(':') };
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * True if node_modules already holds what package-lock.json asks for, by the list that npm keeps in it (`npm install`
 * leaves no stamp of ours). A missing optional package is fine: it is for another platform.
 */
function holdsWhat(lockText, installedText) {
  if (!installedText) return false;
  const wanted = Object.entries(JSON.parse(lockText).packages).filter(([path]) => path !== '');
  const installed = JSON.parse(installedText).packages;
  const known = new Set(wanted.map(([path]) => path));
  return (
    Object.keys(installed).every((path) => known.has(path)) &&
    wanted.every(([path, entry]) =>
      installed[path] ? installed[path].integrity === entry.integrity : entry.optional === true,
    )
  );
}

/** Does the work while holding a lock file; waits while another living process holds it. */
async function withLock(path, busy, work) {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!take(path)) {
    if (!told) say(`${busy}: waiting for it`);
    told = true;
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isAlive(holder(path))) rmSync(path, { force: true });
    return false;
  }
}

function holder(path) {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return 0;
  }
}

/** A number that names no process counts as gone, so a killed run does not block the next ones. */
function isAlive(pid) {
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

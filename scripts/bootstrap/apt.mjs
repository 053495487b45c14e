import { spawnSync } from 'node:child_process';
import { BootstrapError, say } from './console.mjs';

export function hasApt(env) {
  return spawnSync('apt-get', ['--version'], { env, stdio: 'ignore' }).status === 0;
}

/** Installs packages without recommendations or questions; refreshes the package lists only if it does not work without. */
export function aptInstall(packages, env) {
  const install = ['install', '--yes', '--no-install-recommends', ...packages];
  if (apt(install, env).status === 0) return;
  say('refreshing the package lists of apt');
  const updated = apt(['update'], env);
  const installed = apt(install, env);
  if (installed.status === 0) return;
  throw new BootstrapError(
    `apt-get ${install.join(' ')} failed with exit code ${installed.status}:\n` +
      `${updated.stderr}${installed.stdout}${installed.stderr}`,
  );
}

function apt(args, env) {
  // A lock that another apt holds (unattended upgrades) is waited for, within reason.
  const options = ['-q', '-o', 'DPkg::Lock::Timeout=120'];
  return spawnSync('apt-get', [...options, ...args], {
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
}

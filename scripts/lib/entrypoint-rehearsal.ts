import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { files } from './entrypoint-rehearsal/files.ts';
import type { Program } from './single-executable/record.ts';

/**
 * A start as root with four modules, arguments and a password from the environment, and a configuration like the packaged one: what most
 * starts do. The system is a folder of its own, and the process a stand-in that gives no privileges away.
 */
export function rehearse(program: Program, require: NodeJS.Require, done: () => never): void {
  const root = fs.mkdtempSync(join(tmpdir(), 'valkey-bundle-rehearsal-'));
  try {
    layOut(root);
    const printed: string[] = [];
    const inside = (name: string): unknown => (name === 'node:fs' ? filesUnder(root, printed) : require(name));
    const fake = processOf({
      execve: () => {
        fs.rmSync(root, { recursive: true, force: true });
        return done();
      },
      exit: (code: number) => {
        throw new Error(`the rehearsed start ended with code ${code}:\n${printed.join('')}`);
      },
    });
    program(inside as NodeJS.Require, fake);
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}

function layOut(root: string): void {
  for (const [path, { text = '', mode = 0o644 }] of Object.entries(files(process.arch))) {
    const to = join(root, path);
    if (path.endsWith('/')) fs.mkdirSync(to, { recursive: true });
    else {
      fs.mkdirSync(join(to, '..'), { recursive: true });
      fs.writeFileSync(to, text, { encoding: 'latin1', mode });
    }
  }
}

/** node:fs with its absolute paths below the root, where nothing is given away; what is printed is kept. */
function filesUnder(root: string, printed: string[]): typeof fs {
  const under = (path: unknown): unknown => (typeof path === 'string' ? `${root}${path}` : path);
  const nothing = (): void => {};
  const own: Record<string, unknown> = {
    chownSync: nothing,
    lchownSync: nothing,
    writeSync: (_: number, text: Buffer) => {
      printed.push(text.toString());
      return text.length;
    },
    realpathSync: {
      native: (path: string) => fs.realpathSync.native(`${root}${path}`).slice(fs.realpathSync(root).length),
    },
  };
  return new Proxy(fs, {
    get: (target, name) => {
      if (typeof name === 'string' && name in own) return own[name];
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (path: unknown, ...rest: unknown[]): unknown => Reflect.apply(value, target, [under(path), ...rest]);
    },
  });
}

/** This process as the first one of a container, root's. */
function processOf(end: Pick<NodeJS.Process, 'exit'> & { readonly execve: () => never }): NodeJS.Process {
  const nothing = (): void => {};
  const own: Record<string, unknown> = {
    argv0: 'bundle-docker-entrypoint',
    argv: ['', '', 'valkey-server', '/etc/valkey/valkey.conf', '--loglevel', 'notice'],
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      SEARCH_MODULE_ARGS: '--reader-threads 2',
      JSON_MODULE_ARGS: 'max-path-limit 64',
      VALKEY_PASSWORD: 'rehearsal',
    },
    pid: 1,
    execPath: '/usr/local/libexec/valkey/valkey-bundle',
    cwd: () => '/data',
    getuid: () => 0,
    getgid: () => 0,
    setgroups: nothing,
    setgid: nothing,
    setuid: nothing,
    umask: nothing,
    on: nothing,
    ...end,
  };
  // Not a Proxy of the process itself, some of whose properties may not be replaced.
  return new Proxy({} as NodeJS.Process, {
    get: (_, name) => (typeof name === 'string' && name in own ? own[name] : Reflect.get(process, name)),
  });
}

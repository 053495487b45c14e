import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

/**
 * How the server answers: as git does, never, with a connection that is cut in the middle of a pack, or that asks for a
 * password.
 */
type Behaviour = 'serve' | 'silent' | 'cut' | 'unauthorized';

/** Real git repositories behind a real `git http-backend`, on 127.0.0.1. */
export interface GitRemote {
  readonly folder: string;
  urlOf(name: string): string;
  /** Makes an empty repository. */
  create(name: string): Promise<GitRepository>;
  /** For all requests, or for the next `times`. */
  behave(behaviour: Behaviour, times?: number): void;
  /** What was asked since the last call: `GET /name.git/info/refs`. */
  requests(): string[];
  /** Ends the server; its repositories stay. */
  stop(): Promise<void>;
  remove(): Promise<void>;
}

export async function startGitRemote(): Promise<GitRemote> {
  const folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-git-'));
  const { stdout: execPath } = await execa('git', ['--exec-path']);
  const sockets = new Set<Socket>();
  let behaviour: Behaviour = 'serve';
  let left = Number.POSITIVE_INFINITY;
  let asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    asked.push(`${request.method} ${url.pathname}`);
    const now: Behaviour = left > 0 ? behaviour : 'serve';
    left -= 1;
    if (now === 'silent') return;
    if (now === 'unauthorized') {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end();
      return;
    }
    backend(
      join(execPath, 'git-http-backend'),
      folder,
      url,
      request,
      response,
      now === 'cut' && request.method === 'POST',
    );
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const urlOf = (name: string): string => `http://127.0.0.1:${port}/${name}.git`;
  return {
    folder,
    urlOf,
    create: async (name) => {
      await mkdir(join(folder, `${name}.work`));
      return await openRepository(join(folder, `${name}.work`), join(folder, `${name}.git`), urlOf(name));
    },
    behave: (next, times = Number.POSITIVE_INFINITY) => {
      behaviour = next;
      left = times;
    },
    requests: () => {
      const seen = asked;
      asked = [];
      return seen;
    },
    stop,
    remove: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One request, answered by git's own CGI program. `isCut`: the connection ends after the first bytes of the body. */
function backend(
  program: string,
  root: string,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
  isCut: boolean,
): void {
  const cgi: ChildProcess = spawn(program, {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_ADDR: '127.0.0.1',
    },
  });
  if (cgi.stdin === null || cgi.stdout === null) throw new Error('a child without pipes');
  request.pipe(cgi.stdin);
  let head = Buffer.alloc(0);
  let isBody = false;
  cgi.stdout.on('data', (bytes: Buffer) => {
    if (isBody) return void response.write(bytes);
    head = Buffer.concat([head, bytes]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    isBody = true;
    for (const line of head.subarray(0, end).toString('latin1').split('\r\n')) {
      const [name = '', value = ''] = line.split(/:\s*/, 2);
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    const body = head.subarray(end + 4);
    if (!isCut) return void response.write(body);
    response.write(body.subarray(0, 40), () => response.destroy());
  });
  cgi.stdout.on('end', () => void (response.destroyed || response.end()));
  response.on('close', () => void cgi.kill());
}

/** A repository that a test fills. What it makes is at once on the server. */
export interface GitRepository {
  readonly url: string;
  /** The bare repository that is served. */
  readonly bare: string;
  /** Writes files on main and gives the commit. */
  commit(files: Readonly<Record<string, string>>): Promise<string>;
  /** Records another repository's commit as a submodule, on main, and gives the commit. */
  submodule(path: string, url: string, commit: string): Promise<string>;
  tag(name: string, how?: { readonly annotated?: boolean; readonly force?: boolean }): Promise<void>;
  /** Takes main back to the commit before this one, and drops what nothing leads to any more. */
  forget(commit: string): Promise<void>;
}

/** When all of it was committed: 2026-01-01 00:00:00 UTC. */
export const committedAt = 1767225600;

const date = `${committedAt} +0000`;
const env = {
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_AUTHOR_DATE: date,
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
  GIT_COMMITTER_DATE: date,
  GIT_CONFIG_GLOBAL: '/dev/null',
} as const;

async function openRepository(work: string, bare: string, url: string): Promise<GitRepository> {
  const git = async (...args: string[]): Promise<string> => (await execa('git', args, { cwd: work, env })).stdout;
  await git('init', '--quiet', '--bare', '--initial-branch=main', bare);
  await git('init', '--quiet', '--initial-branch=main');
  await git('remote', 'add', 'origin', bare);
  const save = async (message: string): Promise<string> => {
    await git('commit', '--quiet', '--message', message);
    await git('push', '--quiet', '--force', 'origin', 'main');
    return await git('rev-parse', 'HEAD');
  };
  return {
    url,
    bare,
    commit: async (files) => {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(work, path)), { recursive: true });
        await writeFile(join(work, path), text);
      }
      await git('add', '--', ...Object.keys(files));
      return await save('change');
    },
    submodule: async (path, from, commit) => {
      const config = ['config', '--file', '.gitmodules'];
      await git(...config, `submodule.${path}.path`, path);
      await git(...config, `submodule.${path}.url`, from);
      await git('add', '.gitmodules');
      await git('update-index', '--add', '--cacheinfo', `160000,${commit},${path}`);
      return await save('submodule');
    },
    tag: async (name, { annotated = false, force = false } = {}) => {
      await git('tag', ...(annotated ? ['--annotate', '--message', name] : []), ...(force ? ['--force'] : []), name);
      await git('push', '--quiet', '--force', 'origin', `refs/tags/${name}`);
    },
    forget: async (commit) => {
      await git('reset', '--quiet', '--hard', `${commit}~1`);
      await git('push', '--quiet', '--force', 'origin', 'main');
      await execa('git', ['reflog', 'expire', '--expire=now', '--all'], { cwd: bare, env });
      await execa('git', ['gc', '--quiet', '--prune=now'], { cwd: bare, env });
      const left = await execa('git', ['cat-file', '-e', commit], { cwd: bare, env, reject: false });
      if (left.exitCode === 0) throw new Error(`${commit} is still there: something leads to it`);
    },
  };
}

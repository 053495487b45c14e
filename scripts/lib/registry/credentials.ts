import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import * as z from 'zod';
import { isMissing, parseJson } from '../files.ts';
import { PipelineError } from '../pipeline-error.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

const dockerConfig = z.looseObject({
  auths: z
    .record(z.string(), z.looseObject({ auth: z.string().optional(), identitytoken: z.string().optional() }))
    .default({}),
  credHelpers: z.record(z.string(), z.string()).default({}),
  credsStore: z.string().optional(),
});

const helperAnswer = z.looseObject({ Username: z.string(), Secret: z.string() });

/**
 * The credentials that docker would use for the registry: from config.json in `folder` (dockerFolder),
 * or from the helper that it names. Null if docker knows none. Throws VP506 where the file or the helper is broken; no
 * message ever holds a password.
 */
export async function readCredentials(registry: string, folder: string): Promise<Credentials | null> {
  const file = join(folder, 'config.json');
  const config = await readConfig(file);
  const helper = config.credHelpers[registry] ?? config.credsStore;
  if (helper) {
    const found = await askHelper(helper, serverNames(registry)[0] ?? registry);
    if (found !== null) return found;
  }
  const names = serverNames(registry);
  const entry = Object.entries(config.auths).find(([server]) => names.includes(serverOf(server)))?.[1];
  if (entry?.identitytoken) {
    throw new PipelineError('VP506', `the login to ${registry} is an identity token, which is not supported`, {
      where: file,
      fix: `docker login ${registry} with a user name and an access token`,
    });
  }
  return entry?.auth ? decode(entry.auth, registry, file) : null;
}

/** The folder of docker's configuration. */
export function dockerFolder(env: NodeJS.ProcessEnv): string {
  return env['DOCKER_CONFIG'] || join(homedir(), '.docker');
}

async function readConfig(file: string): Promise<z.infer<typeof dockerConfig>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return dockerConfig.parse({});
    throw new PipelineError('VP506', 'the configuration of docker cannot be read', { where: file, cause });
  }
  // The cause is left out on purpose: a parser's message quotes the text, and the text holds passwords.
  const read = parseJson(text, dockerConfig);
  if (read.ok) return read.value;
  throw new PipelineError('VP506', 'this is not a configuration of docker', { where: file });
}

/**
 * Asks docker-credential-<helper>, by the protocol of github.com/docker/docker-credential-helpers: the server's name on
 * standard input, JSON on standard output. Null if it knows none. Throws VP506 if it cannot be run or fails otherwise.
 */
async function askHelper(helper: string, server: string): Promise<Credentials | null> {
  const program = `docker-credential-${helper}`;
  // Not zx: a helper may end without reading, and zx lets the EPIPE of its `input` end this process.
  const ran = await execa(program, ['get'], { input: server, reject: false });
  // A helper says so on standard output, in these words.
  if (/credentials not found/i.test(ran.stdout)) return null;
  if (ran.exitCode !== 0) {
    const why = ran.exitCode === undefined ? 'cannot be run' : `ended with ${ran.exitCode}`;
    throw new PipelineError('VP506', `the helper that docker's configuration names ${why}`, { where: program });
  }
  const read = parseJson(ran.stdout, helperAnswer);
  if (!read.ok) throw new PipelineError('VP506', 'its answer is not what a helper gives', { where: program });
  const found = read.value;
  if (found.Username === '<token>') {
    throw new PipelineError('VP506', `the login to ${server} is an identity token, which is not supported`, {
      where: program,
      fix: `docker login ${server} with a user name and an access token`,
    });
  }
  return { username: found.Username, password: found.Secret };
}

/** The names under which docker may keep a registry. Docker Hub has one that goes back to its first API. */
function serverNames(registry: string): string[] {
  return registry === 'docker.io' ? ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io'] : [registry];
}

/** `https://ghcr.io/v2/` and `ghcr.io` mean the same, as in docker's own ConvertToHostname. */
function serverOf(key: string): string {
  return key.replace(/^https?:\/\//, '').split('/')[0] ?? key;
}

function decode(auth: string, registry: string, file: string): Credentials {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon > 0) return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
  throw new PipelineError('VP506', `the entry of ${registry} holds no user name and password`, { where: file });
}

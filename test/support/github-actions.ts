import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, matchesGlob, relative } from 'node:path';
import { glob } from 'glob';
import type { JobPlace } from './github-runner.ts';
import type { StepResult } from './workflow.ts';

/** Plays an action in a job; `given` is its `with`. */
type Action = (place: JobPlace, given: Readonly<Record<string, string>>) => Promise<StepResult>;

const done = (note: string, outputs: StepResult['outputs'] = {}): StepResult => ({ ok: true, outputs, note });
const failed = (note: string): StepResult => ({ ok: false, outputs: {}, note });

/** What is played in the place of each action that a workflow may use. */
export const actions = {
  'actions/checkout': async ({ run, job, as }, given) => {
    if (given['persist-credentials'] !== 'false') return failed('it would leave the token in the clone');
    const depth = given['fetch-depth'] === '0' ? ['--tags'] : ['--depth=1', '--no-tags'];
    const commit = run.commitOf(job.id);
    const script = `git init --quiet . && git remote add origin "$1" && shift && git fetch --quiet "$@" && git checkout --quiet ${commit}`;
    const { ok, note = '' } = await as(['sh', '-c', script, 'sh', run.project, ...depth, 'origin', commit]);
    return ok ? done(`git, of a repository on disk${depth.length > 1 ? ', without history' : ''}`) : failed(note);
  },

  'actions/upload-artifact': async ({ work, artifacts }, given) => {
    const patterns = (given['path'] ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
    const found = await glob(
      patterns.map((pattern) => (pattern.endsWith('/') ? `${pattern}**` : pattern)),
      // Hidden files stay behind, as the action does it.
      { cwd: work, nodir: true, dot: false },
    );
    if (found.length === 0)
      return given['if-no-files-found'] === 'error' ? failed('there is no such file') : done('no file');
    const root = commonFolder(patterns.map(fixedPart).map((part) => (found.includes(part) ? dirname(part) : part)));
    const folder = join(artifacts, given['name'] ?? 'artifact');
    for (const file of found) {
      const to = join(folder, relative(root, file));
      await mkdir(dirname(to), { recursive: true });
      await copyFile(join(work, file), to);
      // An artifact keeps no permissions.
      await chmod(to, 0o644);
    }
    return done(`a folder on disk, ${found.length} files of ${root}/`);
  },

  'actions/download-artifact': async ({ work, artifacts, as }, given) => {
    const all = await readdir(artifacts);
    const wanted = all.filter((name) => name === given['name'] || matchesGlob(name, given['pattern'] ?? ''));
    if (wanted.length === 0 && given['name'] !== undefined) return failed(`no artifact ${given['name']}`);
    const merge = given['name'] !== undefined || given['merge-multiple'] === 'true';
    for (const name of wanted.sort()) {
      const into = join(work, given['path'] ?? '.', merge ? '' : name);
      const { ok, note = '' } = await as([
        'sh',
        '-c',
        'mkdir -p "$2" && cp -R "$1/." "$2"',
        'sh',
        join(artifacts, name),
        into,
      ]);
      if (!ok) return failed(note);
    }
    return done(`of that folder: ${wanted.join(', ')}`);
  },

  'actions/cache/restore': async () => done('none is there, as in the first run'),

  'actions/cache/save': async (_, given) => done(`nothing is kept of ${given['path']}`),

  'docker/setup-buildx-action': async ({ as }) => {
    const { ok, note = '' } = await as(['docker', 'buildx', 'version']);
    return ok ? done("the engine's own builder, not one in a container of its own") : failed(note);
  },

  'docker/login-action': async ({ home, run, job, as }, given) => {
    if (given['registry'] !== 'ghcr.io') return failed(`a registry that it does not know: ${given['registry']}`);
    if (job.permissions['packages'] === undefined) return failed('the job has no leave for packages');
    const auth = Buffer.from(`${given['username']}:${given['password']}`).toString('base64');
    const file = join(home, '.docker/config.json');
    await writeFile(file, JSON.stringify({ auths: { [run.registry]: { auth } } }));
    const { ok, note = '' } = await as(['test', '-r', file]);
    return ok ? done('the entry that it leaves, for the registry on loopback') : failed(note);
  },

  'sigstore/cosign-installer': async ({ store, tools }) => {
    const wrapper = cosignByKey.replaceAll('STORE', join(store, 'cosign'));
    await writeFile(join(tools, 'cosign'), wrapper);
    await chmod(join(tools, 'cosign'), 0o755);
    return done("Debian's cosign 2, by a key in the place of the job's identity, without a transparency log");
  },

  'anchore/scan-action/download-grype': async ({ tools }) => {
    const cmd = join(tools, 'grype');
    await writeFile(cmd, grypeThatFindsNothing);
    await chmod(cmd, 0o755);
    return done('a program that finds nothing', { cmd });
  },

  'actions/attest-build-provenance': async ({ work, job }, given) => {
    const { permissions } = job;
    if (permissions['id-token'] !== 'write' || permissions['attestations'] !== 'write')
      return failed('it has no leave');
    const lines = (await readFile(join(work, given['subject-checksums'] ?? ''), 'utf8')).trim().split('\n');
    if (!lines.every((line) => /^[0-9a-f]{64} {2}\S+$/.test(line)))
      return failed(`no list of subjects: ${lines.join('; ')}`);
    return done(`its list of ${lines.length} subjects was read, nothing was attested`);
  },

  'zizmorcore/zizmor-action': async () => done('not played: it asks GitHub'),
} as const satisfies Record<string, Action>;

export type ActionName = keyof typeof actions;

/** The folders of a pattern before its first wildcard. */
function fixedPart(pattern: string): string {
  const parts = pattern.replace(/\/$/, '').split('/');
  const wild = parts.findIndex((part) => /[*?[]/.test(part));
  return (wild < 0 ? parts : parts.slice(0, wild)).join('/');
}

/** The action keeps paths from the folder on that all patterns begin with. */
function commonFolder(folders: readonly string[]): string {
  const [first = [], ...others] = folders.map((folder) => folder.split('/'));
  const differs = first.findIndex((part, index) => others.some((other) => other[index] !== part));
  return (differs < 0 ? first : first.slice(0, differs)).join('/');
}

/** Signs and verifies by the key where it is told to do it by the identity of the job. */
const cosignByKey = `#!/bin/bash
set -eu
words=()
[[ " $* " == *" --help "* ]] || case $1 in
  sign | attest)
    : "\${ACTIONS_ID_TOKEN_REQUEST_URL:?the job has no identity}"
    words=(--key STORE/test.key --tlog-upload=false)
    ;;
  verify | verify-attestation) words=(--key STORE/test.pub --insecure-ignore-tlog=true) ;;
esac
command=$1
shift
while [ $# -gt 0 ]; do
  case $1 in
    --certificate-identity-regexp | --certificate-oidc-issuer) shift ;;
    *) words+=("$1") ;;
  esac
  shift
done
COSIGN_PASSWORD= exec STORE/cosign "$command" "\${words[@]}"
`;

/** Writes the file that it is asked for. */
const grypeThatFindsNothing = `#!/bin/sh
for word; do case $word in json=*) echo '{"matches":[]}' >"\${word#json=}" ;; esac; done
echo "stand-in for grype: nothing was looked for"
`;

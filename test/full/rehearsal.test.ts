import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listLines, loadLine, type ReleaseLine } from '../../scripts/data/release-line.ts';
import { utcDay } from '../../scripts/lib/calendar-day.ts';
import { currentOwner, ownerVariable } from '../../scripts/lib/owner.ts';
import { openRegistry } from '../../scripts/lib/registry/registry.ts';
import { paths } from '../../scripts/lib/workspace.ts';
import { type CratesServer, startCratesServer } from '../support/crates-server.ts';
import { type GitRemote, startGitRemote } from '../support/git-remote.ts';
import { makeRunner, type Runner } from '../support/github-runner.ts';
import { longTestMs } from '../support/patience.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { type HidingRegistry, startHidingRegistry } from '../support/registry-hiding.ts';
import { startTokenService, type TokenService } from '../support/registry-token.ts';
import { describeProject, writeRehearsal } from '../support/rehearsal-report.ts';
import {
  changeForRehearsal,
  makeProject,
  makeStandInImages,
  makeUpstream,
  type Project,
  pushImage,
} from '../support/upstream.ts';
import { type PlayedJob, playWorkflow } from '../support/workflow.ts';

/*
 * The release as GitHub would run it: the steps of ci.yml and release.yml, out of these files, by a user who is not
 * root, on a machine that knows no Debian archive, each job in a clone of its own, with upstream's repositories as
 * fixtures and a registry with a token service. What stands in for what, and what is not played, is in the report.
 */

vi.setConfig({ testTimeout: 6 * longTestMs, hookTimeout: 3 * longTestMs });

const repository = 'kailas-cloud/valkey-bundle';
const user = { username: 'octocat', password: randomBytes(16).toString('hex') };
const played: Record<string, PlayedJob[]> = {};
const build = 'npm run build -- --line "$LINE" --platform "$PLATFORM"';
const instead = {
  // The whole gate takes a quarter of an hour, and runs by itself: its base and its image stand for it.
  '.ci/in-debian .ci/run': '.ci/in-debian npm run image -- --test',
  // An engine without containerd's image store writes no cache (VP650).
  [`${build} --cache dist/cache`]: build,
};

let line: ReleaseLine;
let runner: Runner;
let remote: GitRemote;
let crates: CratesServer;
let service: TokenService;
let registry: TestRegistry;
let front: HidingRegistry;
let project: Project;
let gitconfig: string;
let debian: string;
let tag: string;
let commit: string;

beforeAll(async () => {
  runner = await makeRunner();
  const images = await makeStandInImages(() => {});
  debian = images.debian;
  const workspace = { modules: join(paths.root, 'modules'), dist: join(paths.root, 'dist') };
  const lines = listLines(workspace).map((name) => loadLine(workspace, name));
  line = lines.find(({ valkey }) => valkey === images.valkey) ?? thrown(`no line has Valkey ${images.valkey}`);
  tag = `v${images.valkey}-${utcDay(new Date())}`;
  service = await startTokenService(runner.folder, user);
  registry = await startRegistry({ auth: service.auth });
  front = await startHidingRegistry(registry.host);
  const base = `${front.host}/valkey/valkey:${'image' in line.base ? line.base.tag : ''}`;
  await pushImage(images.server, base, user, join(runner.folder, 'pushing'));
  remote = await startGitRemote();
  crates = await startCratesServer();
  const tagOf = (name: string): string => line.modules[name]?.tag ?? thrown(`line ${line.line} has no ${name}`);
  const tags = { search: tagOf('search'), json: '1.0.3', bloom: tagOf('bloom'), ldap: tagOf('ldap') };
  const upstream = await makeUpstream(remote, crates, tags, images.valkey);
  gitconfig = upstream.gitconfig;
  const change = { line: line.line, registry: front.host, rapidjson: upstream.rapidjson, json: tags.json };
  commit = await describeProject();
  project = await makeProject(remote, (work) => changeForRehearsal(work, change), tag);
});
afterAll(async () => {
  await writeRehearsal(played, commit);
  front.close();
  service.close();
  await registry.remove();
  await crates.stop();
  await remote.remove();
  await runner.remove();
});

/** Plays a workflow for a pushed branch or tag. */
async function play(name: string, kind: 'branch' | 'tag', ref: string, run: string): Promise<readonly PlayedJob[]> {
  const text = await readFile(join(paths.root, '.github/workflows', name), 'utf8');
  const full = `refs/${kind === 'tag' ? 'tags' : 'heads'}/${ref}`;
  const github = {
    ...{
      event_name: 'push',
      ref: full,
      ref_name: ref,
      sha: project.changed,
      repository,
      actor: user.username,
      run_id: run,
    },
    ...{ token: user.password, event: { repository: { default_branch: 'main' } } },
  };
  const variables = {
    ...{ GITHUB_REPOSITORY: repository, GITHUB_SERVER_URL: 'https://github.com', GITHUB_ACTOR: user.username },
    ...{ GITHUB_EVENT_NAME: 'push', GITHUB_REF: full, GITHUB_REF_NAME: ref, GITHUB_REF_TYPE: kind },
    ...{ GITHUB_WORKFLOW: name, GITHUB_WORKFLOW_REF: `${repository}/.github/workflows/${name}@${full}` },
    ...{ GITHUB_RUN_ID: run, GITHUB_RUN_NUMBER: run, GITHUB_RUN_ATTEMPT: '1' },
    VALKEY_BUNDLE_DEBIAN_IMAGE: debian,
    VALKEY_BUNDLE_CRATES_MIRROR: crates.mirror,
    [ownerVariable]: currentOwner(),
  };
  const native = process.arch === 'arm64' ? 'ubuntu-24.04-arm' : 'ubuntu-24.04';
  // The project's own tests are about its own data.
  const commitOf = (job: string): string => (['check', 'tests'].includes(job) ? project.asItStands : project.changed);
  const wish = {
    variables,
    project: project.url,
    commitOf,
    registry: front.host,
    gitconfig,
    cargoHome: crates.cargoHome,
    instead,
  };
  const jobs: PlayedJob[] = [];
  played[name] = jobs;
  return await playWorkflow(text, {
    ended: (job) => void jobs.push(job),
    contexts: { github, inputs: {}, vars: { VALKEY_BUNDLE_REPOSITORY: `${front.host}/${repository}` } },
    open: async (job) => {
      // A job on both platforms is played once.
      if (!['ubuntu-24.04', native].includes(job.runsOn) || (job.title.includes('(') && job.runsOn !== native))
        return null;
      return runner.open(wish, job);
    },
  });
}

/** The steps that did not end as they should, with what they printed. */
function failures(jobs: readonly PlayedJob[]): string[] {
  return jobs.flatMap(({ title, outcome, steps }) =>
    ['failure', 'skipped'].includes(outcome)
      ? [
          `${title}: ${outcome}`,
          ...steps.filter((step) => step.outcome === 'failure').map((step) => `${step.what}: ${step.note}`),
        ]
      : [],
  );
}

/**
 * How often the tag of the base was looked up since this was last asked: each time once without a token, and once with
 * it.
 */
async function lookUps(): Promise<number> {
  const asked = (await registry.requests('valkey/valkey')).filter((request) => /^GET .*\/manifests\/\d/.test(request));
  return asked.length / 2;
}

describe('ci.yml, for a push to main', () => {
  it('every job ends well', async () => {
    await lookUps();
    expect(failures(await play('ci.yml', 'branch', 'main', '1'))).toEqual([]);
  });

  it('the lines of a repository without a lock are looked up once, for all jobs', async () => {
    expect(await lookUps()).toBe(1);
  });
});

describe('release.yml, for a pushed tag', () => {
  it('every job ends well', async () => {
    expect(failures(await play('release.yml', 'tag', tag, '2'))).toEqual([]);
  });

  it('the line was looked up once, for all jobs', async () => {
    expect(await lookUps()).toBe(1);
  });

  it('every tag of the line leads to the digest that was tested', async () => {
    const published = join(runner.folder, 'artifacts/2/published', line.line, 'release.json');
    const { variants } = JSON.parse(await readFile(published, 'utf8')) as {
      variants: Record<string, { digest: string; tags: string[] }>;
    };
    expect(Object.keys(variants)).toEqual(Object.keys(line.variants));
    const [host = '', ...name] = `${front.host}/${repository}`.split('/');
    const anybody = openRegistry({ registry: host, name: name.join('/') }, null, {
      aborted: new AbortController().signal,
    });
    for (const { digest, tags } of Object.values(variants))
      for (const each of tags) expect((await anybody.manifest(each))?.digest).toBe(digest);
  });

  it('the release on GitHub is made with its records', async () => {
    const asked = await readFile(join(runner.folder, 'gh.log'), 'utf8');
    const created = asked.split('\n').find((line) => line.startsWith(`gh release create ${tag} `));
    expect(created).toMatch(/ \S+\/modules\/lock\.json( |$)/);
    expect(created).toMatch(/ \S+\/release\.json( |$)/);
  });
});

function thrown(what: string): never {
  throw new Error(what);
}

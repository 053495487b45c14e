import { type LockedLine, lockedLine } from '../../../scripts/data/lock.ts';
import { type ReleaseLine, releaseLine } from '../../../scripts/data/release-line.ts';

export const commitA = 'a'.repeat(40);

/** A line of two modules on an image of a registry. */
export function sampleLine(
  name = '9.0',
  valkey = '9.0.4',
  modules: object = { search: { tag: '1.0.2' }, bloom: { tag: '1.0.0' } },
): ReleaseLine {
  return releaseLine.parse({
    line: name,
    valkey,
    base: { image: 'docker.io/valkey/valkey', tag: `${valkey}-trixie` },
    platforms: ['linux/amd64', 'linux/arm64'],
    modules,
    variants: { default: { tags: [name], defaults: { moduleArgs: [], directives: [] } } },
  });
}

/** A line that the tests build: it is on no image of a registry. */
export function debianLine(): ReleaseLine {
  return releaseLine.parse({
    line: 'local',
    valkey: '9.1.2',
    base: { debian: { suite: 'trixie', epoch: 1, packages: [], valkey: { package: 'valkey-tools', suites: ['sid'] } } },
    platforms: ['linux/amd64'],
    modules: { redisearch: { debianSource: { package: 'redisearch', suites: ['sid'] } } },
    variants: { default: { tags: ['local'], defaults: { moduleArgs: [], directives: [] } } },
  });
}

export function sampleLock(commits: Readonly<Record<string, string>>, digest = `sha256:${'1'.repeat(64)}`): LockedLine {
  const modules = Object.entries(commits).map(([name, commit]) => [
    name,
    { kind: 'git', repository: `https://github.com/valkey-io/valkey-${name}`, tag: '1.0.2', commit },
  ]);
  return lockedLine.parse({
    base: { kind: 'image', reference: 'docker.io/valkey/valkey:9.0.4-trixie', digest },
    modules: Object.fromEntries(modules),
  });
}

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll } from 'vitest';
import { buildEnvironment, dockerClient } from '../../scripts/lib/engine.ts';
import { currentOwner, ownerLabel } from '../../scripts/lib/owner.ts';
import { paths } from '../../scripts/lib/workspace.ts';
import { readFacts } from '../../scripts/verify/facts.ts';
import { type Group, openContainers } from '../../scripts/verify/lab.ts';
import { openRecorder, type VerifyReport } from '../../scripts/verify/report.ts';
import { checkStructure } from '../../scripts/verify/structure.ts';
import type { Expected } from '../../scripts/verify/subject.ts';
import { engine, images } from './docker-engine.ts';

type Checks = VerifyReport['checks'];

const tags: string[] = [];
const containers = new Set<ReturnType<typeof openContainers>>();

/** Call it at the top of a test file: what these helpers make is removed after its tests. */
export function removeVerified(): void {
  afterAll(async () => {
    await Promise.all([...containers].map((each) => each.removeAll()));
    for (const tag of tags) await engine.getImage(tag).remove({ force: true });
  });
}

/** Builds one of the images of test/fixtures/verify. */
export async function brokenImage(target: string): Promise<string> {
  const tag = `valkey-bundle-broken:${target}-${randomUUID()}`;
  const folder = join(paths.root, 'test', 'fixtures', 'verify');
  const parents = ['--build-arg', `LOCAL=${images.local}`, '--build-arg', `TEST=${images.test}`];
  const args = [...parents, '--label', `${ownerLabel}=${currentOwner()}`];
  await execa(dockerClient(), ['build', '--quiet', '--target', target, ...args, '--tag', tag, folder], {
    env: buildEnvironment,
  });
  tags.push(tag);
  return tag;
}

/** Holds an image against what is expected of it: its structure, and then the groups, one after the other. */
export async function tryImage(image: string, expected: Expected, groups: readonly Group[] = []): Promise<Checks> {
  const { signal } = new AbortController();
  const lab = openContainers(engine, image, signal);
  containers.add(lab);
  const recorder = openRecorder(signal);
  const subject = await checkStructure(recorder, await readFacts(lab), {
    expected,
    image: await engine.getImage(image).inspect(),
  });
  for (const group of groups) await group({ subject, containers: lab, recorder });
  return [...recorder.results];
}

/** The names of the checks with a result, in alphabetical order. */
export function namesOf(checks: Checks, result: Checks[number]['result']): string[] {
  return checks
    .filter((check) => check.result === result)
    .map(({ name }) => name)
    .sort();
}

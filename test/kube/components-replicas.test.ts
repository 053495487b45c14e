import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { lineOf } from '../support/cluster-view.ts';
import { type KubeObject, nameOf, readManifest } from '../support/kube/manifest.ts';
import { renderMade, renderStatefulSet } from '../support/kube/render.ts';
import { problemsOf } from '../support/kube/validate.ts';
import { bodiesOf } from '../support/pages.ts';

const password = 'of the test';
const blocks = bodiesOf('docs/operate/replicas.md');
const [own = '', two = ''] = blocks;
let plain: readonly KubeObject[] = [];
let replicated: readonly KubeObject[] = [];
beforeAll(async () => {
  plain = await renderStatefulSet('overlays/k3s', { password, replicas: 6 });
  replicated = await renderStatefulSet('overlays/k3s', { password, replicas: 6, components: ['replicas'] });
});

const containerOf = (objects: readonly KubeObject[], kind: 'statefulSets' | 'jobs') => {
  const container = readManifest(objects)[kind][0]?.spec.template.spec.containers[0];
  if (container === undefined) throw new Error(`no container of ${kind}`);
  return container;
};
const numbersOf = (objects: readonly KubeObject[]) => {
  const { env = [] } = containerOf(objects, 'jobs');
  const given = (name: string) => env.flatMap((one) => (one.name === name && 'value' in one ? [one.value] : []));
  return [readManifest(objects).statefulSets[0]?.spec.replicas, ...given('NODES'), ...given('REPLICAS')];
};

describe('the component replicas', () => {
  it('is what the API’s own types allow', async () => {
    expect((await Promise.all(replicated.map(problemsOf))).flat()).toEqual([]);
  });

  it('changes the Job and the nodes, and nothing else', () => {
    const changed = replicated.filter((object, index) => JSON.stringify(object) !== JSON.stringify(plain[index]));
    expect(changed.map(nameOf)).toEqual(['StatefulSet valkey', 'Job valkey-cluster']);
  });

  it('adds to what the nodes are told: their machine, and to hand over before they end', () => {
    const [before, after] = [plain, replicated].map((objects) => containerOf(objects, 'statefulSets'));
    const { args = [], env = [], ...rest } = after ?? {};
    const { args: first = [], env: known = [], ...same } = before ?? {};
    expect(rest).toEqual(same);
    expect(args.slice(0, first.length)).toEqual(first);
    expect(args.slice(first.length).join(' ')).toBe(
      '--availability-zone $(MACHINE) --shutdown-on-sigterm failover --cluster-allow-replica-migration no --repl-diskless-sync-delay 0',
    );
    expect(env.filter(({ name }) => !known.some((one) => one.name === name))).toEqual([
      { name: 'MACHINE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    ]);
  });

  it('lets the Job do what it does without, and for replicas', () => {
    const [before, after] = [plain, replicated].map((objects) => containerOf(objects, 'jobs').args ?? []);
    expect(after?.slice(0, 2)).toEqual(before?.slice(0, 2));
    expect(after?.[2]).toBe(before?.[2]?.replace('--nodes "$nodes"', '--nodes "$nodes" --replicas "$REPLICAS"'));
  });
});

describe('a kustomization of one’s own, as the page has it', () => {
  it('gives the Job both numbers', async () => {
    expect(numbersOf(await renderMade(own, 'overlays/replicas'))).toEqual([6, '6', '1']);
  });
  it('takes two replicas, by the number of nodes and one more', async () => {
    const nine = `${own}${two}`.replace('count: 6', 'count: 9');
    expect(numbersOf(await renderMade(nine, 'overlays/replicas'))).toEqual([9, '9', '2']);
  });
});

describe.each(['sh', 'bash'])('in %s the page’s commands', (shell) => {
  const nodes = [
    { letter: 'a', slots: '0-5460', flags: 'myself,master' },
    { letter: 'b', flags: 'slave', primary: 'd' },
    { letter: 'c', slots: '10923-16383' },
    { letter: 'd', slots: '5461-10922' },
    { letter: 'e', flags: 'slave', primary: 'a' },
    { letter: 'f', flags: 'slave', primary: 'c' },
  ].map((node, index) =>
    lineOf(node).replace(`,${node.letter} `, `,valkey-${index}.valkey-headless.valkey.svc.cluster.local `),
  );
  const blockWith = (text: string): string => blocks.find((one) => one.includes(text)) ?? '';
  const run = (text: string) => callsOf(shell, blockWith('in_pod() {') + blockWith(text), nodes.join('\n'));

  it('for an upgrade take replicas before primaries, and wait for each copy', async () => {
    const [first, ...calls] = await run('OnDelete');
    expect(first).toContain('"type":"OnDelete"');
    expect(calls).toEqual([
      'delete job valkey-cluster --ignore-not-found',
      'apply -k deploy/statefulset/overlays/replicas',
      ...[1, 4, 5, 0, 2, 3].flatMap((ordinal) => [`delete pod valkey-${ordinal}`, 'behind', 'up']),
      'patch statefulset valkey -p {"spec":{"updateStrategy":{"type":"RollingUpdate"}}}',
    ]);
  });

  it('for a primary that is to go have another node copy it, and take over', async () => {
    expect(await run('CLUSTER REPLICATE')).toEqual([
      expect.stringMatching(`exec valkey-0 .*valkey-cli CLUSTER REPLICATE ${'e'.repeat(40)}$`),
      'up',
      expect.stringMatching(/exec valkey-0 .*valkey-cli CLUSTER FAILOVER$/),
    ]);
  });

  it('for fewer replicas take out the nodes with the highest ordinals', async () => {
    expect(await run('for i in 3 4 5')).toEqual(
      'def'
        .split('')
        .map((letter) => expect.stringMatching(`valkey-cli --cluster del-node 127.0.0.1:6379 ${letter.repeat(40)}$`)),
    );
  });
});

/** What the commands ask of kubectl, where each node is behind at the first look after its restart. */
async function callsOf(shell: string, script: string, nodes: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'upgrade-'));
  try {
    await writeFile(join(folder, 'nodes'), `${nodes}\n`);
    const kubectl = `#!/bin/sh
cd ${folder}
case "$*" in
  *'valkey-cli CLUSTER NODES') cat nodes ;;
  *'valkey-cli INFO replication')
    if test -e behind; then rm behind; echo behind >>log; echo master_link_status:down
    else echo up >>log; echo master_link_status:up; fi ;;
  *'delete pod '*) touch behind; echo "$*" >>log ;;
  *) echo "$*" >>log ;;
esac
`;
    await writeFile(join(folder, 'kubectl'), kubectl, { mode: 0o755 });
    await writeFile(join(folder, 'sleep'), '#!/bin/sh\n', { mode: 0o755 });
    await execa(shell, ['-ec', script], { env: { PATH: `${folder}:${process.env['PATH']}` } });
    const log = await readFile(join(folder, 'log'), 'utf8');
    return log.trim().replaceAll('-n valkey ', '').split('\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

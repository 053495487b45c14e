import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { paths } from '../../scripts/lib/workspace.ts';
import { type KubeObject, nameOf, readManifest } from '../support/kube/manifest.ts';
import { alertsOf, metricsIn } from '../support/kube/monitoring.ts';
import { type Changes, renderMade, renderStatefulSet } from '../support/kube/render.ts';
import type { Container, PodTemplate } from '../support/kube/schema.ts';
import { mayReach, problemsOf } from '../support/kube/validate.ts';

const secret = 'of the exporter';
const render = (changes: Changes = {}): Promise<KubeObject[]> =>
  renderStatefulSet('overlays/k3s', {
    password: 'of the test',
    components: ['metrics'],
    files: { 'components/metrics/password.txt': `${secret}\n` },
    ...changes,
  });

let without: KubeObject[];
let rendered: KubeObject[];
beforeAll(async () => {
  without = await renderStatefulSet('overlays/k3s', { password: 'of the test' });
  rendered = await render();
});

const find = (name: string): KubeObject => {
  const found = rendered.find((object) => nameOf(object) === name);
  if (found === undefined) throw new Error(`${name} is not among ${rendered.map(nameOf).join(', ')}`);
  return found;
};
const templateOf = (objects: readonly KubeObject[]): PodTemplate => {
  const [set] = readManifest(objects).statefulSets;
  if (set === undefined) throw new Error('there is no StatefulSet');
  return set.spec.template;
};
const containersOf = (objects: readonly KubeObject[]): readonly Container[] => {
  const { initContainers = [], containers } = templateOf(objects).spec;
  return [...containers, ...initContainers];
};

describe('the component metrics', () => {
  it('adds these objects, and leaves all but the StatefulSet as they are', () => {
    const names = new Set(without.map(nameOf));
    expect(rendered.map(nameOf).filter((name) => !names.has(name))).toEqual(
      expect.arrayContaining([
        'ConfigMap valkey-dashboard',
        'NetworkPolicy valkey-metrics',
        'PodMonitor valkey',
        'PrometheusRule valkey',
        expect.stringMatching(/^Secret valkey-metrics-[a-z0-9]{10}$/),
        'Service valkey-metrics',
      ]),
    );
    expect(rendered).toHaveLength(without.length + 6);
    const others = without.filter(({ kind }) => kind !== 'StatefulSet');
    expect(others.filter((object) => JSON.stringify(find(nameOf(object))) !== JSON.stringify(object))).toEqual([]);
  });

  it('adds to the server its line of the user, and nothing else', () => {
    const [server] = templateOf(rendered).spec.containers;
    const [before] = templateOf(without).spec.containers;
    expect(server).toEqual({
      ...before,
      args: [...(before?.args ?? []), '--include', '/run/metrics-user/user.conf'],
      volumeMounts: [
        ...(before?.volumeMounts ?? []),
        { name: 'metrics-user', mountPath: '/run/metrics-user', readOnly: true },
      ],
    });
  });

  it('is what the API’s own types allow, and those of the Prometheus operator', async () => {
    expect((await Promise.all(rendered.map(problemsOf))).flat()).toEqual([]);
  });

  it.each([
    ['PodMonitor valkey', '"port"', '"portName"'],
    ['PodMonitor valkey', '"30s"', '"30 s"'],
    ['PrometheusRule valkey', '"expr"', '"expression"'],
    ['PrometheusRule valkey', '"for"', '"fore"'],
  ])('of %s, %s written as %s would be found', async (name, text, wrong) => {
    const misspelled = JSON.parse(JSON.stringify(find(name)).replace(text, wrong)) as KubeObject;
    expect(await problemsOf(misspelled)).not.toEqual([]);
  });

  it('needs a password: without one nothing is rendered', async () => {
    await expect(render({ files: {} })).rejects.toThrow(/password\.txt/);
  });

  it('has the password in the Secret alone; a new one restarts the nodes', async () => {
    const texts = rendered.filter(({ kind }) => kind !== 'Secret').map((object) => JSON.stringify(object));
    expect(texts.join()).not.toContain(secret);
    expect(texts.join()).not.toContain(Buffer.from(secret).toString('base64').slice(0, -2));
    const other = await render({ files: { 'components/metrics/password.txt': 'another' } });
    expect(templateOf(other)).not.toEqual(templateOf(rendered));
  });

  it('gives every container the least', () => {
    expect(containersOf(rendered).map(({ name }) => name)).toEqual(['valkey', 'metrics', 'metrics-user']);
    for (const { securityContext, resources } of containersOf(rendered)) {
      const drop = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };
      expect(securityContext).toEqual(drop);
      expect(resources?.limits?.memory).toMatch(/^\d+[MG]i$/);
    }
  });

  it('runs its init container with the node’s own image, whatever that is', async () => {
    const images = (objects: readonly KubeObject[]) =>
      containersOf(objects).map(({ name, image }) => (name === 'metrics' ? 'the exporter’s' : image));
    expect(new Set(images(rendered)).size).toBe(2);
    const other = 'registry.example.com/valkey:1';
    expect(images(await render({ image: other }))).toEqual([other, 'the exporter’s', other]);
  });

  it('opens the port of metrics, and no other', () => {
    const node = { 'app.kubernetes.io/name': 'valkey', 'app.kubernetes.io/component': 'node' };
    const reach = (objects: readonly KubeObject[], from: Parameters<typeof mayReach>[1]) =>
      [6379, 9121, 16379, 26673].filter((port) =>
        mayReach(
          objects.filter(({ kind }) => kind === 'NetworkPolicy'),
          from,
          { namespace: 'valkey', labels: node },
          port,
        ),
      );
    const prometheus = { namespace: 'monitoring', labels: {} };
    expect(reach(without, prometheus)).toEqual([6379]);
    expect(reach(rendered, prometheus)).toEqual([6379, 9121]);
    expect(reach(rendered, { namespace: 'valkey', labels: node })).toEqual([6379, 9121, 16379, 26673]);
  });

  it('is found by Service and PodMonitor: labels of the pods, the name of the port', () => {
    const { labels } = templateOf(rendered).metadata;
    const ports = containersOf(rendered).flatMap((container) => container.ports ?? []);
    const service = readManifest(rendered).services.find(({ metadata }) => metadata.name === 'valkey-metrics');
    expect(service?.spec).toMatchObject({ clusterIP: 'None', selector: labels, publishNotReadyAddresses: true });
    expect(service?.spec.ports).toEqual([{ name: 'metrics', port: 9121, targetPort: 'metrics' }]);
    expect(ports).toContainEqual({ name: 'metrics', containerPort: 9121 });
    expect(find('PodMonitor valkey')).toMatchObject({
      spec: { selector: { matchLabels: labels }, podMetricsEndpoints: [{ port: 'metrics' }] },
    });
  });
});

describe('the alerts', () => {
  it('ask for metrics of the label that the PodMonitor gives, each of them', () => {
    for (const { alert, expr } of alertsOf(find('PrometheusRule valkey'))) {
      const selectors = expr.match(/\b(?:redis_\w+|up)\{[^}]*\}/g) ?? [];
      expect(metricsIn(expr).length, alert).toBeGreaterThan(0);
      for (const selector of selectors) expect(selector, alert).toContain('job="valkey"');
      expect(expr.match(/\bredis_\w+(?!\w|\{)/g), alert).toBeNull();
    }
    expect(find('PodMonitor valkey')).toMatchObject({ spec: { jobLabel: 'app.kubernetes.io/name' } });
    expect(templateOf(rendered).metadata.labels['app.kubernetes.io/name']).toBe('valkey');
  });

  it('have a line in the docs that says what to do, each of them', () => {
    const page = readFileSync(join(paths.root, 'docs/operate/metrics.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `(Valkey\w+)` \|/gm)].map(([, name]) => name);
    expect(rows.toSorted()).toEqual(
      alertsOf(find('PrometheusRule valkey'))
        .map(({ alert }) => alert)
        .toSorted(),
    );
  });
});

describe('the page’s own kustomization', () => {
  const page = readFileSync(join(paths.root, 'docs/operate/metrics.md'), 'utf8');
  const [begin = '', ...more] = [...page.matchAll(/^```sh .*\n((?:.*\n)*?)```$/gm)].map(([, block = '']) =>
    block.replace(/^kubectl .*\n/gm, ''),
  );
  const renderedWith = (word: string, components = 'components: [../../components/metrics]') => {
    const block = more.find((one) => one.includes(word));
    if (block === undefined) throw new Error(`the page has no block with ${word}`);
    const asked = begin.replace('components: [../../components/metrics]', components);
    return renderMade(`${asked}${block}`, 'overlays/metrics');
  };
  const exporterOf = (objects: readonly KubeObject[]) => templateOf(objects).spec.containers[1];

  it('can do without the kinds of the operator', async () => {
    const objects = await renderedWith('PodMonitor');
    const kinds = objects.map(({ kind }) => kind);
    expect(kinds).not.toContain('PodMonitor');
    expect(kinds).not.toContain('PrometheusRule');
    expect(objects.map(nameOf)).toContain('Service valkey-metrics');
  });

  it('takes a digest of the exporter', async () => {
    const image = exporterOf(await renderedWith('digest'))?.image;
    expect(image).toMatch(/^docker\.io\/oliver006\/redis_exporter@sha256:0{64}$/);
  });

  it('takes TLS: the same containers in the same order, and another address', async () => {
    const objects = await renderedWith('rediss:');
    expect(containersOf(objects).map(({ name }) => name)).toEqual(['valkey', 'metrics', 'metrics-user']);
    expect(exporterOf(objects)?.env?.map(({ name }) => name)).toEqual(
      exporterOf(rendered)?.env?.map(({ name }) => name),
    );
    const address = { name: 'REDIS_ADDR', value: 'rediss://localhost:6379' };
    expect(exporterOf(objects)?.env).toContainEqual(address);

    const both = await renderedWith('rediss:', 'components: [../../components/tls, ../../components/metrics]');
    const [node, ...beside] = templateOf(both).spec.containers;
    expect(node?.name).toBe('valkey');
    expect(node?.args?.slice(-4)).toEqual([
      '--include',
      '/etc/valkey/tls.conf',
      '--include',
      '/run/metrics-user/user.conf',
    ]);
    expect(beside.map(({ name }) => name).toSorted()).toEqual(['certificates', 'metrics']);
    expect(beside.find(({ name }) => name === 'metrics')?.env).toContainEqual(address);
  });
});

describe('the dashboard', () => {
  const dashboard = z.object({
    uid: z.string(),
    panels: z.array(
      z.object({ id: z.int(), type: z.string(), targets: z.array(z.object({ expr: z.string() })).optional() }),
    ),
  });

  it('is in a ConfigMap that Grafana’s sidecar looks for, and asks for the label of the PodMonitor', () => {
    const map = find('ConfigMap valkey-dashboard');
    expect(map.metadata).toMatchObject({ labels: { grafana_dashboard: '1' } });
    const text = readManifest(rendered).configMaps.get('valkey-dashboard')?.get('valkey.json')?.toString() ?? '';
    const { panels } = dashboard.parse(JSON.parse(text));
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(expressions.length).toBeGreaterThan(panels.length / 2);
    for (const expr of expressions)
      for (const selector of expr.match(/redis_\w+(\{[^}]*\})?/g) ?? [])
        expect(selector).toMatch(/\{job="valkey", namespace=~"\$namespace"\}$/);
  });
});

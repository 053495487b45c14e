import { beforeAll, describe, expect, it } from 'vitest';
import { type KubeObject, nameOf, readManifest } from '../support/kube/manifest.ts';
import { renderMade, renderStatefulSet } from '../support/kube/render.ts';
import type { PodTemplate } from '../support/kube/schema.ts';
import { hosts } from '../support/kube/tls.ts';
import { problemsOf } from '../support/kube/validate.ts';
import { bodiesOf } from '../support/pages.ts';

const password = 'of the test\n';
const pinned = 'registry.example.com/valkey-bundle:1.2.3';
const render = (...components: string[]) =>
  renderStatefulSet('overlays/k3s', { password, image: pinned, ...(components.length > 0 && { components }) });
const problemsOfAll = async (objects: readonly KubeObject[]) => (await Promise.all(objects.map(problemsOf))).flat();
const isCertManager = ({ apiVersion }: KubeObject): boolean => apiVersion.startsWith('cert-manager.io/');
/** The pods of the nodes and of the Job. */
const templatesOf = (objects: readonly KubeObject[]): PodTemplate[] => {
  const { statefulSets, jobs } = readManifest(objects.filter((object) => !isCertManager(object)));
  return [...statefulSets, ...jobs].map(({ spec }) => spec.template);
};

let plain: KubeObject[];
let secured: KubeObject[];
beforeAll(async () => {
  plain = await render();
  secured = await render('tls', 'tls/cert-manager', 'zones');
});

describe('the components tls and zones', () => {
  it('are what the API’s own types allow, and cert-manager’s', async () => {
    expect(await problemsOfAll(secured)).toEqual([]);
    const added = secured.filter(isCertManager).map(nameOf).toSorted();
    expect(added).toEqual([
      'Certificate valkey-authority',
      'Certificate valkey-tls',
      'Issuer valkey-authority',
      'Issuer valkey-self-signed',
    ]);
  });

  it.each([
    ['a field that a certificate does not have', '"dnsNames"', '"dnsName"'],
    ['a usage that it does not know', '"client auth"', '"client-auth"'],
    ['a duration in days', '"2160h"', '"90d"'],
    ['an issuer without a name', '"name":"valkey-authority"},"privateKey"', '"kind":"Issuer"},"privateKey"'],
    ['a misspelled spread', '"maxSkew"', '"maxskew"'],
  ])('%s would be found', async (_what, text, wrong) => {
    const json = JSON.stringify(secured);
    expect(json).toContain(text);
    expect(await problemsOfAll(JSON.parse(json.replace(text, wrong)) as KubeObject[])).not.toEqual([]);
  });

  it('change nothing where they are not named', () => {
    expect(JSON.stringify(plain)).not.toMatch(/tls|topologySpread|cert-manager/);
    expect(templatesOf(plain).map(({ spec }) => spec.containers.length)).toEqual([1, 1]);
  });
});

describe.each([
  ['tls', 'docs/operate/tls.md', ['Certificate valkey-tls'], 2],
  ['zones', 'docs/operate/zones.md', [], 1],
])('the kustomization of %s', (name, page, added, containers) => {
  it('renders what it is about', async () => {
    const [block = ''] = bodiesOf(page);
    const objects = await renderMade(block, `overlays/${name}`);
    expect(objects.map(nameOf)).toEqual(expect.arrayContaining(added));
    expect(templatesOf(objects)[0]?.spec.containers).toHaveLength(containers);
    expect(JSON.stringify(objects).includes('topologySpreadConstraints')).toBe(name === 'zones');
    expect(await problemsOfAll(objects)).toEqual([]);
  });
});

describe('the component tls', () => {
  it('adds its lines after those of valkey.conf, which stays as it is', () => {
    const [plainConf] = [...readManifest(plain).configMaps.values()];
    const [conf] = [...readManifest(secured.filter((object) => !isCertManager(object))).configMaps.values()];
    expect(String(conf?.get('valkey.conf'))).toBe(String(plainConf?.get('valkey.conf')));
    expect(String(conf?.get('tls.conf'))).toMatch(/^port 0\ntls-port 6379\ntls-cluster yes\ntls-replication yes$/m);
    expect(templatesOf(secured)[0]?.spec.containers[0]?.args?.slice(-2)).toEqual(['--include', '/etc/valkey/tls.conf']);
  });

  it('leaves the node the first container, and runs the one beside it from the same image with the least rights', () => {
    const [node, watcher] = templatesOf(secured)[0]?.spec.containers ?? [];
    expect([node?.name, watcher?.name]).toEqual(['valkey', 'certificates']);
    expect([node?.image, watcher?.image]).toEqual([pinned, pinned]);
    expect(watcher?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('runs the one beside the node from the node’s own tag, also where no overlay names one', async () => {
    const objects = await renderStatefulSet('base', { password, components: ['tls'] });
    const [node, watcher] = templatesOf(objects)[0]?.spec.containers ?? [];
    expect(watcher?.image).toBe('ghcr.io/kailas-cloud/valkey-bundle:9.0-coordinator');
    expect(watcher?.image).toBe(node?.image);
  });

  it('mounts the Secret whole wherever it is read: a file mounted alone would never be renewed', () => {
    for (const { spec } of templatesOf(secured)) {
      expect(spec.volumes).toContainEqual({ name: 'tls', secret: { secretName: 'valkey-tls', defaultMode: 0o400 } });
      for (const { volumeMounts } of spec.containers) {
        const mount = volumeMounts?.find(({ name }) => name === 'tls');
        expect(mount).toEqual({ name: 'tls', mountPath: '/run/secrets/valkey-tls', readOnly: true });
      }
    }
  });

  it('has the certificate made for the names that clients are sent to, for both ends of a connection', () => {
    const certificate = secured.find((object) => nameOf(object) === 'Certificate valkey-tls');
    expect(certificate).toMatchObject({
      spec: { secretName: 'valkey-tls', usages: expect.arrayContaining(['server auth', 'client auth']) },
    });
    expect(certificate).toMatchObject({ spec: { dnsNames: expect.arrayContaining([...hosts]) } });
    const announced = templatesOf(secured)[0]?.spec.containers[0]?.args?.find((arg) => arg.includes('.svc.'));
    expect(announced).toBe('$(POD_NAME).valkey-headless.$(POD_NAMESPACE).svc.cluster.local');
  });
});

it('the component zones spreads the pods that it selects over three zones, and never puts up with fewer', () => {
  const set = secured.find((object) => nameOf(object) === 'StatefulSet valkey');
  const matchLabels = templatesOf(secured)[0]?.metadata.labels;
  const spread = { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 1, minDomains: 3 };
  expect(set).toMatchObject({
    spec: {
      template: {
        spec: {
          topologySpreadConstraints: [
            { ...spread, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels } },
          ],
        },
      },
    },
  });
});

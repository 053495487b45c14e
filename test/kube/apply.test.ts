import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { ensureKubectl } from '../../scripts/lib/programs.ts';
import { renderStatefulSet } from '../support/kube/render.ts';

/*
 * kubectl itself decides whether an object has changed, by comparing it with what the API has stored. This API stores what it is sent and
 * fills in what Kubernetes does (SetDefaults_PersistentVolumeClaim, and the conversion of a StatefulSet): as read there, not as run.
 */

const kinds = {
  'apps/v1': { name: 'statefulsets', kind: 'StatefulSet' },
  'policy/v1': { name: 'poddisruptionbudgets', kind: 'PodDisruptionBudget' },
} as const;
const claims = z.looseObject({ spec: z.looseObject({ volumeClaimTemplates: z.array(z.looseObject({})).optional() }) });
const object = claims.extend({ metadata: z.looseObject({ name: z.string() }) });

const stored = new Map<string, unknown>();
const patches: string[] = [];
const api = createServer((request, response) => void answer(request, response));
let folder: string;
beforeAll(async () => {
  await new Promise<void>((listening) => api.listen(0, '127.0.0.1', listening));
  folder = await mkdtemp(join(tmpdir(), 'apply-'));
});
afterAll(async () => {
  api.close();
  await rm(folder, { recursive: true, force: true });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?');
  const body = await text(request);
  const send = (value: unknown, code = 200) => {
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  const resource = Object.entries(kinds).find(([group]) => path === `/apis/${group}`);
  if (path === '/api') return send({ kind: 'APIVersions', versions: [] });
  if (path === '/apis')
    return send({ kind: 'APIGroupList', apiVersion: 'v1', groups: Object.keys(kinds).map(groupOf) });
  if (resource !== undefined) {
    const resources = [{ ...resource[1], namespaced: true, singularName: '', verbs: ['create', 'get', 'patch'] }];
    return send({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: resource[0], resources });
  }
  if (request.method === 'POST') {
    const created = filledIn(object.parse(JSON.parse(body)));
    stored.set(`${path}/${created.metadata.name}`, created);
    return send(created, 201);
  }
  if (request.method === 'PATCH') patches.push(body);
  if (stored.has(path)) return send(stored.get(path));
  send({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404, details: {} }, 404);
}

function groupOf(groupVersion: string): object {
  const [name, version] = groupVersion.split('/');
  return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
}

function filledIn(created: z.infer<typeof object>): z.infer<typeof object> {
  const templates = created.spec.volumeClaimTemplates?.map((claim) => ({
    ...claim,
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    spec: { ...z.looseObject({}).parse(claim['spec']), volumeMode: 'Filesystem' },
    status: { phase: 'Pending' },
  }));
  return { ...created, spec: { ...created.spec, ...(templates && { volumeClaimTemplates: templates }) } };
}

it('kubectl finds nothing to change in a StatefulSet that was applied already', async () => {
  const { port } = api.address() as AddressInfo;
  const wanted: readonly string[] = Object.values(kinds).map(({ kind }) => kind);
  const items = (await renderStatefulSet('overlays/k3s', { password: 'x' })).filter(({ kind }) =>
    wanted.includes(kind),
  );
  const file = join(folder, 'objects.json');
  await writeFile(file, items.map((item) => JSON.stringify(item)).join('\n'));
  const options = ['--server', `http://127.0.0.1:${port}`, '--cache-dir', folder, '--validate=false'];
  const env = { KUBECONFIG: '/dev/null' };
  const apply = async () => (await execa(await ensureKubectl(), [...options, 'apply', '-f', file], { env })).stdout;
  expect((await apply()).match(/created/g)).toHaveLength(2);
  const again = await apply();
  expect(again).toContain('statefulset.apps/valkey unchanged');
  // Its selector is replaced without being compared (base/disruption-budget.yaml).
  expect(again).toContain('poddisruptionbudget.policy/valkey configured');
  expect(patches).toEqual([expect.stringMatching(/^{"spec":{"selector":{/)]);
});

import { Ajv } from 'ajv';
import type { KubeObject } from './objects.ts';

/**
 * What is wrong with a custom resource of the operators; undefined for an object of the API's own kinds. The field names are those of the
 * operators' CustomResourceDefinitions: for hyperspike/valkey-operator what its type has at 2e1c1129957ed8649b1aaec8e38e25e6d2700e32
 * (api/v1/valkey_types.go); the fields that our instance uses are also in the definition of the release v0.0.59 and in the one at
 * ac2e29b79b64e724be9bcf5180e89a8ea1872477, which is later than v0.0.61. For kailas-cloud/valkey-operator its type at
 * 0af1dcd7eff412f185635783bd7a938a8261dd14.
 */
export function validateCustomResource(object: KubeObject): string[] | undefined {
  const schema = schemas[object.apiVersion];
  if (schema === undefined) return undefined;
  const validate = new Ajv({ allErrors: true, verbose: true }).compile(schema);
  if (validate(object)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath}: ${message ?? 'is wrong'} ${JSON.stringify(params)}`,
  );
}

const quantity = { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?(m|[KMGTPE]i?)?$' };
const quantities = { type: 'object', additionalProperties: quantity };
const strict = { type: 'object', additionalProperties: false } as const;

const storage = {
  ...strict,
  // The operators want accessModes, although the type of a claim does not.
  required: ['spec'],
  properties: {
    spec: {
      ...strict,
      required: ['accessModes', 'resources'],
      properties: {
        accessModes: { type: 'array', items: { enum: ['ReadWriteOnce', 'ReadWriteOncePod'] }, minItems: 1 },
        storageClassName: { type: 'string' },
        resources: { ...strict, required: ['requests'], properties: { requests: quantities } },
      },
    },
  },
};

const common = {
  image: { type: 'string' },
  exporterImage: { type: 'string' },
  nodes: { type: 'integer', minimum: 1 },
  replicas: { type: 'integer', minimum: 0 },
  volumePermissions: { type: 'boolean' },
  tls: { type: 'boolean' },
  certIssuer: { type: 'string' },
  certIssuerType: { enum: ['ClusterIssuer', 'Issuer'] },
  prometheus: { type: 'boolean' },
  prometheusLabels: { type: 'object', additionalProperties: { type: 'string' } },
  clusterDomain: { type: 'string' },
  storage,
  resources: { ...strict, properties: { requests: quantities, limits: quantities } },
};

const ofFork = {
  modules: {
    type: 'array',
    items: {
      ...strict,
      required: ['path'],
      properties: { path: { type: 'string' }, args: { type: 'array', items: { type: 'string' } } },
    },
  },
  serviceMonitor: { type: 'boolean' },
  anonymousAuth: { type: 'boolean' },
  servicePassword: {
    ...strict,
    required: ['key'],
    properties: { name: { type: 'string' }, key: { type: 'string' }, optional: { type: 'boolean' } },
  },
  clusterPreferredEndpointType: { enum: ['ip', 'hostname', 'unknown-endpoint'] },
  platformManagedSecurityContext: { type: 'boolean' },
};

function valkey(spec: object): object {
  return {
    ...strict,
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: {
      apiVersion: {},
      kind: { const: 'Valkey' },
      metadata: { type: 'object', required: ['name'] },
      spec: { ...strict, properties: spec },
    },
  };
}

const schemas: Readonly<Record<string, object>> = {
  'hyperspike.io/v1': valkey(common),
  'kailas.cloud/v1': valkey({ ...common, ...ofFork }),
};

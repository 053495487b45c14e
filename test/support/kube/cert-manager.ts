const strict = { type: 'object', additionalProperties: false } as const;
const text = { type: 'string', minLength: 1 } as const;
const duration = { type: 'string', pattern: '^([0-9]+(h|m|s))+$' } as const;

/**
 * The fields of cert-manager's custom resources that we use, as its types have them at
 * 02d90248de0d0bc479520c06ae335a5ba84c0057 (pkg/apis/certmanager/v1, types_certificate.go and types_issuer.go); of the
 * usages some.
 */
export const certManager: object = {
  if: { properties: { kind: { const: 'Certificate' } } },
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema.
  then: resource('Certificate', {
    required: ['secretName', 'issuerRef'],
    properties: {
      secretName: text,
      commonName: { ...text, maxLength: 64 },
      dnsNames: { type: 'array', items: text },
      isCA: { type: 'boolean' },
      duration,
      renewBefore: duration,
      usages: {
        type: 'array',
        items: { enum: ['digital signature', 'key encipherment', 'cert sign', 'server auth', 'client auth'] },
      },
      privateKey: {
        ...strict,
        properties: {
          algorithm: { enum: ['RSA', 'ECDSA', 'Ed25519'] },
          size: { type: 'integer' },
          encoding: { enum: ['PKCS1', 'PKCS8'] },
          rotationPolicy: { enum: ['Never', 'Always'] },
        },
      },
      issuerRef: { ...strict, required: ['name'], properties: { name: text, kind: text, group: text } },
    },
  }),
  else: resource('Issuer', {
    minProperties: 1,
    properties: {
      selfSigned: { ...strict, properties: {} },
      ca: { ...strict, required: ['secretName'], properties: { secretName: text } },
    },
  }),
};

function resource(kind: string, spec: object): object {
  return {
    ...strict,
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: {
      apiVersion: {},
      kind: { const: kind },
      metadata: { type: 'object', required: ['name'] },
      spec: { ...strict, ...spec },
    },
  };
}

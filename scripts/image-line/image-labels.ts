import { labels as names } from '../image/labels.ts';
import type { BuildRecord } from '../pipeline/records.ts';

interface LabelInput {
  readonly line: string;
  readonly variant: string;
  readonly valkey: string;
  readonly base: { readonly reference: string; readonly digest: string | null };
  readonly built: readonly BuildRecord[];
  /** SPDX expressions of everything that the image adds to its base. */
  readonly licences: readonly string[];
  /** Seconds since 1970 of the newest input: the image of the same inputs says the same. */
  readonly created: number;
  /** inputsHash. */
  readonly inputs: string;
  /** lockOfLine. */
  readonly lock: string;
  /** sha256 of the list of components. */
  readonly sbom: string;
  /** The label with the commit of the project, where that is known. */
  readonly revision: Readonly<Record<string, string>>;
}

/** The labels of a variant's image, by the OCI image specification's names, and our own. Publishing makes annotations of them. */
export function imageLabels(input: LabelInput): Record<string, string> {
  const { line, variant, valkey, base, built, licences, created, inputs, lock, sbom, revision } = input;
  const modules = built.map(({ module, version }) => `${module} ${version}`).join(', ');
  return {
    'org.opencontainers.image.title': 'valkey-bundle',
    'org.opencontainers.image.description': `Valkey ${valkey}${modules === '' ? '' : ` with ${modules}`}, built from source`,
    'org.opencontainers.image.version': variant === 'default' ? valkey : `${valkey}-${variant}`,
    'org.opencontainers.image.source': 'https://github.com/kailas-cloud/valkey-bundle',
    'org.opencontainers.image.licenses': [...new Set(licences)].sort().map(inBrackets).join(' AND '),
    'org.opencontainers.image.created': new Date(created * 1000).toISOString().replace('.000', ''),
    'org.opencontainers.image.base.name': base.reference,
    ...(base.digest !== null && { 'org.opencontainers.image.base.digest': base.digest }),
    ...revision,
    [`${own}line`]: line,
    [`${own}variant`]: variant,
    [inputsLabel]: inputs,
    [names.lock]: lock,
    [sbomLabel]: sbom,
  };
}

const own = 'io.github.kailas-cloud.valkey-bundle.';

/** The label that says of which inputs an image is made: inputsHash. */
export const inputsLabel = `${own}inputs`;

/** The label with the sha256 of the list of components that is in the image: what is attested of the image has to be that very file. */
export const sbomLabel = `${own}sbom`;

function inBrackets(licence: string): string {
  return / OR /.test(licence) ? `(${licence})` : licence;
}

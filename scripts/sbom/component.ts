import { Contrib, Enums, Models } from '@cyclonedx/cyclonedx-library';
import parseExpression from 'spdx-expression-parse';

/** One entry of the list, before it becomes CycloneDX's. `key` is its bom-ref: the same thing found twice is one entry. */
export interface ComponentFacts {
  readonly key: string;
  readonly type: 'application' | 'container' | 'library' | 'platform';
  readonly name: string;
  readonly version?: string | undefined;
  readonly purl?: string | undefined;
  readonly cpe?: `cpe:2.3:${string}` | undefined;
  readonly licence?: string | undefined;
  readonly sha256?: string | null | undefined;
  readonly description?: string | undefined;
  /** Where its source is. */
  readonly repository?: string | undefined;
  /** Written as `valkey-bundle:<name>`; null ones are left out. */
  readonly properties?: Readonly<Record<string, string | null>>;
}

const types = {
  application: Enums.ComponentType.Application,
  container: Enums.ComponentType.Container,
  library: Enums.ComponentType.Library,
  platform: Enums.ComponentType.Platform,
} as const;

const licences = new Contrib.License.Factories.LicenseFactory((text) => void parseExpression(text));

export function componentOf(facts: ComponentFacts): Models.Component {
  const { key, type, name, version, purl, cpe, licence, sha256, description, repository, properties = {} } = facts;
  const component = new Models.Component(types[type], name, {
    bomRef: key,
    ...(version === undefined ? {} : { version }),
    ...(purl === undefined ? {} : { purl }),
    ...(cpe === undefined ? {} : { cpe }),
    ...(description === undefined ? {} : { description }),
  });
  if (licence !== undefined) component.licenses.add(licences.makeFromString(licence));
  if (typeof sha256 === 'string') component.hashes.set(Enums.HashAlgorithm['SHA-256'], sha256);
  if (repository !== undefined) {
    component.externalReferences.add(new Models.ExternalReference(repository, Enums.ExternalReferenceType.VCS));
  }
  for (const [property, value] of Object.entries(properties)) {
    if (value !== null) component.properties.add(new Models.Property(`valkey-bundle:${property}`, value));
  }
  return component;
}

/**
 * Reports in the shapes that the scanners document (trivy: integration/testdata/debian-buster.json.golden; grype:
 * grype/presenter/models), with made-up content: neither scanner can be had where these tests run.
 */
export function trivyText(vulnerabilities: readonly Readonly<Record<string, unknown>>[] | null): string {
  return JSON.stringify({
    SchemaVersion: 2,
    ArtifactName: 'example.org/valkey-bundle',
    ArtifactType: 'container_image',
    Metadata: { OS: { Family: 'debian', Name: '13.2' } },
    Results: [
      {
        Target: 'example.org/valkey-bundle (debian 13.2)',
        Class: 'os-pkgs',
        Type: 'debian',
        ...(vulnerabilities === null ? {} : { Vulnerabilities: vulnerabilities }),
      },
    ],
  });
}

export const trivyVulnerability = {
  VulnerabilityID: 'CVE-2099-0001',
  VendorIDs: ['DSA-9999-1'],
  PkgID: 'libexample1@1.0-1',
  PkgName: 'libexample1',
  PkgIdentifier: { PURL: 'pkg:deb/debian/libexample1@1.0-1?arch=amd64&distro=debian-13.2' },
  InstalledVersion: '1.0-1',
  FixedVersion: '1.0-1+deb13u1',
  Status: 'fixed',
  SeveritySource: 'nvd',
  Severity: 'CRITICAL',
} as const;

export function grypeText(matches: readonly unknown[]): string {
  return JSON.stringify({
    matches,
    source: { type: 'image', target: { userInput: 'example.org/valkey-bundle' } },
    distro: { name: 'debian', version: '13', idLike: [] },
    descriptor: { name: 'grype', version: '0.100.0' },
  });
}

export const grypeMatch = {
  vulnerability: {
    id: 'GHSA-xxxx-yyyy-zzzz',
    dataSource: 'https://github.com/advisories/GHSA-xxxx-yyyy-zzzz',
    namespace: 'github:language:rust',
    severity: 'High',
    fix: { versions: ['1.2.3'], state: 'fixed' },
    advisories: [],
  },
  relatedVulnerabilities: [{ id: 'CVE-2099-0002', dataSource: 'https://nvd.nist.gov/', namespace: 'nvd:cpe' }],
  matchDetails: [{ type: 'exact-direct-match', matcher: 'rust-matcher' }],
  artifact: { id: '1', name: 'example', version: '1.2.2', type: 'rust-crate', purl: 'pkg:cargo/example@1.2.2' },
} as const;

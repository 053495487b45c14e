import { expect, it } from 'vitest';
import { PipelineError } from '../../../scripts/problems/pipeline-error.ts';
import { readFindings } from '../../../scripts/scan/read-report.ts';
import { grypeMatch, grypeText, trivyText, trivyVulnerability } from './reports.ts';

function codeOf(text: string): string {
  try {
    readFindings(text, 'report.json');
    return 'read';
  } catch (error) {
    return error instanceof PipelineError ? error.code : String(error);
  }
}

it('a finding of trivy has its names, package, versions and severity', () => {
  expect(readFindings(trivyText([trivyVulnerability]), 'report.json')).toEqual([
    {
      id: 'CVE-2099-0001',
      aliases: ['DSA-9999-1'],
      package: 'libexample1',
      installed: '1.0-1',
      fixed: ['1.0-1+deb13u1'],
      severity: 'critical',
    },
  ]);
});

it('a finding of grype has the CVE behind its advisory as another name', () => {
  expect(readFindings(grypeText([grypeMatch]), 'report.json')).toEqual([
    {
      id: 'GHSA-xxxx-yyyy-zzzz',
      aliases: ['CVE-2099-0002'],
      package: 'example',
      installed: '1.2.2',
      fixed: ['1.2.3'],
      severity: 'high',
    },
  ]);
});

it.each([
  ['trivy without FixedVersion', trivyText([{ ...trivyVulnerability, FixedVersion: undefined }])],
  [
    'grype without versions',
    grypeText([
      { ...grypeMatch, vulnerability: { ...grypeMatch.vulnerability, fix: { versions: [], state: 'not-fixed' } } },
    ]),
  ],
])('a finding without a fix has none: %s', (_, text) => {
  expect(readFindings(text, 'report.json')[0]?.fixed).toEqual([]);
});

it.each([
  ['trivy', trivyText(null)],
  ['trivy, with null', trivyText([])],
  ['grype', grypeText([])],
])('a report of nothing has no findings: %s', (_, text) => {
  expect(readFindings(text, 'report.json')).toEqual([]);
});

it.each([
  ['no JSON', '{'],
  ['another format', '{"runs":[]}'],
  ['a list', '[]'],
  ['an older trivy', '{"SchemaVersion":1,"Results":[]}'],
  ['a trivy that looked at nothing', '{"SchemaVersion":2,"ArtifactName":"x"}'],
  ['a trivy without targets', '{"SchemaVersion":2,"ArtifactName":"x","Results":[]}'],
  ['a match without a name', grypeText([{ vulnerability: {}, artifact: {} }])],
  ['matches of something else', '{"matches":[]}'],
])('what no scanner writes is VP610: %s', (_, text) => {
  expect(codeOf(text)).toBe('VP610');
});

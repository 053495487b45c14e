import { expect, it } from 'vitest';
import { sbomProblems } from '../../../scripts/sbom/check-sbom.ts';

it('text that is no JSON is said to be none', async () => {
  expect(await sbomProblems('{')).toEqual([expect.stringContaining('no JSON')]);
});

it('a field that the schema does not know is named with its place', async () => {
  const text = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', surplus: 1 });
  expect(await sbomProblems(text)).not.toEqual([]);
});

it('a wrong serial number is named with its place', async () => {
  const text = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: 'urn:uuid:1' });
  expect(await sbomProblems(text)).toEqual([expect.stringContaining('/serialNumber')]);
});

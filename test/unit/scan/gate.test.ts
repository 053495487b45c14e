import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../scripts/scan/finding.ts';
import { type GateInput, gate } from '../../../scripts/scan/gate.ts';
import type { Waiver } from '../../../scripts/scan/waivers.ts';

const finding: Finding = {
  id: 'CVE-2099-0001',
  aliases: [],
  package: 'libexample1',
  installed: '1.0',
  fixed: ['1.1'],
  severity: 'high',
};
const waiver: Waiver = { id: finding.id, reason: 'not called', added: '2099-01-01', until: '2099-03-31' };

function decide(over: Partial<GateInput>) {
  return gate({ findings: [finding], waivers: [], severity: 'high', fixedOnly: false, today: '2099-02-01', ...over });
}

describe('without waivers', () => {
  it('nothing found leaves it open', () => {
    expect(decide({ findings: [] }).isOpen).toBe(true);
  });

  it.each([
    ['critical', true],
    ['high', true],
    ['medium', false],
    ['negligible', false],
    ['unknown', false],
  ] as const)('a finding of severity %s closes it: %s', (severity, closes) => {
    const result = decide({ findings: [{ ...finding, severity }] });
    expect(result.isOpen).toBe(!closes);
    expect(result.blocking).toHaveLength(closes ? 1 : 0);
  });

  it('a lower severity can be asked for', () => {
    expect(decide({ findings: [{ ...finding, severity: 'medium' }], severity: 'low' }).isOpen).toBe(false);
  });

  it('what has no fix closes it, unless only fixed ones count', () => {
    const findings = [{ ...finding, fixed: [] }];
    expect(decide({ findings }).isOpen).toBe(false);
    expect(decide({ findings, fixedOnly: true })).toMatchObject({ isOpen: true, passing: findings });
  });
});

describe('a waiver', () => {
  it('covers the finding that it names', () => {
    expect(decide({ waivers: [waiver] })).toMatchObject({ isOpen: true, blocking: [], waived: [{ finding, waiver }] });
  });

  it('covers it by another of its names', () => {
    const findings = [{ ...finding, id: 'GHSA-1', aliases: [finding.id] }];
    expect(decide({ findings, waivers: [waiver] }).isOpen).toBe(true);
  });

  it('of another name covers nothing, and is reported', () => {
    const other = { ...waiver, id: 'CVE-2099-9999' };
    expect(decide({ waivers: [other] })).toMatchObject({ isOpen: false, blocking: [finding], unused: [other] });
  });

  it('for one package does not cover another', () => {
    const narrow = { ...waiver, package: 'libother1' };
    expect(decide({ waivers: [narrow] })).toMatchObject({ isOpen: false, unused: [narrow] });
    expect(decide({ waivers: [{ ...waiver, package: finding.package }] }).isOpen).toBe(true);
  });

  it.each([
    ['2099-03-31', true],
    ['2099-04-01', false],
  ])('until 2099-03-31 holds on %s: %s', (today, holds) => {
    expect(decide({ waivers: [waiver], today })).toMatchObject({ isOpen: holds, blocking: holds ? [] : [finding] });
  });

  it('that has expired closes it even where nothing is found', () => {
    const result = decide({ findings: [], waivers: [waiver], today: '2099-04-01' });
    expect(result).toMatchObject({ isOpen: false, expired: [waiver], unused: [] });
  });

  it('that matches nothing leaves it open, and is reported', () => {
    expect(decide({ findings: [], waivers: [waiver] })).toMatchObject({ isOpen: true, unused: [waiver] });
  });

  it('for a finding that would pass anyway is used', () => {
    const findings = [{ ...finding, severity: 'low' as const }];
    expect(decide({ findings, waivers: [waiver] })).toMatchObject({ isOpen: true, unused: [] });
  });
});

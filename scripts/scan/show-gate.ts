import { type Finding, severities } from './finding.ts';
import type { GateResult } from './gate.ts';
import type { Waiver } from './waivers.ts';

/** What the gate decided, a line each, the worst first. */
export function showGate({ blocking, waived, passing, expired, unused }: GateResult): string {
  const counts = severities
    .toReversed()
    .map((severity) => [severity, passing.filter((finding) => finding.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}`);
  return [
    ...worstFirst(blocking).map((finding) => `blocks   ${showFinding(finding)}`),
    ...expired.map((waiver) => `expired  ${showWaiver(waiver)}`),
    ...waived.map(
      ({ finding, waiver }) => `waived   ${showFinding(finding)}: ${waiver.reason} (until ${waiver.until})`,
    ),
    ...unused.map((waiver) => `unused   ${showWaiver(waiver)} matches nothing: remove it`),
    `${blocking.length} block, ${waived.length} waived, ${passing.length} pass${counts.length > 0 ? ` (${counts.join(', ')})` : ''}`,
  ].join('\n');
}

export function showFinding({ id, package: name, installed, fixed, severity }: Finding): string {
  return `${severity} ${id} in ${name} ${installed}, ${fixed.length > 0 ? `fixed in ${fixed.join(', ')}` : 'no fix yet'}`;
}

export function showWaiver({ id, package: name, until }: Waiver): string {
  return `${id}${name === undefined ? '' : ` in ${name}`}, until ${until}`;
}

function worstFirst(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity));
}

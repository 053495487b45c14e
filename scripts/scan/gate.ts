import { type Finding, isAtLeast, type Severity } from './finding.ts';
import type { Waiver } from './waivers.ts';

export interface GateInput {
  readonly findings: readonly Finding[];
  readonly waivers: readonly Waiver[];
  /** The least severity that closes the gate. */
  readonly severity: Severity;
  /** Findings that nobody has mended yet do not close it. */
  readonly fixedOnly: boolean;
  /** yyyy-mm-dd. */
  readonly today: string;
}

/** What the gate says of each finding and waiver. It is open if nothing blocks and no waiver has expired. */
export interface GateResult {
  readonly isOpen: boolean;
  readonly blocking: readonly Finding[];
  readonly waived: readonly { readonly finding: Finding; readonly waiver: Waiver }[];
  /** Below the severity, or without a fix where only fixed ones count. */
  readonly passing: readonly Finding[];
  readonly expired: readonly Waiver[];
  /** They match no finding: the vulnerability is gone, or the name is wrong. */
  readonly unused: readonly Waiver[];
}

export function gate({ findings, waivers, severity, fixedOnly, today }: GateInput): GateResult {
  const expired = waivers.filter(({ until }) => until < today);
  const valid = waivers.filter((waiver) => !expired.includes(waiver));
  const blocking: Finding[] = [];
  const waived: GateResult['waived'][number][] = [];
  const passing: Finding[] = [];
  for (const finding of findings) {
    const waiver = valid.find((candidate) => covers(candidate, finding));
    if (!isAtLeast(finding.severity, severity) || (fixedOnly && finding.fixed.length === 0)) passing.push(finding);
    else if (waiver !== undefined) waived.push({ finding, waiver });
    else blocking.push(finding);
  }
  const unused = valid.filter((waiver) => !findings.some((finding) => covers(waiver, finding)));
  return { isOpen: blocking.length === 0 && expired.length === 0, blocking, waived, passing, expired, unused };
}

function covers(waiver: Waiver, { id, aliases, package: name }: Finding): boolean {
  return [id, ...aliases].includes(waiver.id) && (waiver.package === undefined || waiver.package === name);
}

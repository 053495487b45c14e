import * as z from 'zod';
import { type Finding, readSeverity } from './finding.ts';

/** What `grype -o json` writes: only what is used here. `matches` is there even if nothing was found. */
export const grypeReport = z.looseObject({
  matches: z.array(
    z.looseObject({
      vulnerability: z.looseObject({
        id: z.string(),
        severity: z.string().default('Unknown'),
        fix: z.looseObject({ versions: z.array(z.string()).nullish() }).optional(),
      }),
      relatedVulnerabilities: z.array(z.looseObject({ id: z.string() })).nullish(),
      artifact: z.looseObject({ name: z.string(), version: z.string().default('') }),
    }),
  ),
  descriptor: z.looseObject({ name: z.literal('grype') }),
});

export function grypeFindings({ matches }: z.infer<typeof grypeReport>): Finding[] {
  return matches.map(({ vulnerability, relatedVulnerabilities, artifact }) => ({
    id: vulnerability.id,
    aliases: (relatedVulnerabilities ?? []).map(({ id }) => id).filter((id) => id !== vulnerability.id),
    package: artifact.name,
    installed: artifact.version,
    fixed: vulnerability.fix?.versions ?? [],
    severity: readSeverity(vulnerability.severity),
  }));
}

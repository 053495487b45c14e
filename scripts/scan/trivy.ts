import * as z from 'zod';
import { type Finding, readSeverity } from './finding.ts';

/** What `trivy image --format json` writes since 0.20 (SchemaVersion 2): only what is used here. */
export const trivyReport = z.looseObject({
  SchemaVersion: z.literal(2),
  // Without a single target nothing was looked at: that is no clean result.
  Results: z
    .array(
      z.looseObject({
        Target: z.string(),
        Vulnerabilities: z
          .array(
            z.looseObject({
              VulnerabilityID: z.string(),
              VendorIDs: z.array(z.string()).default([]),
              PkgName: z.string(),
              InstalledVersion: z.string().default(''),
              FixedVersion: z.string().default(''),
              Severity: z.string().default('UNKNOWN'),
            }),
          )
          .nullish(),
      }),
    )
    .min(1),
});

export function trivyFindings({ Results }: z.infer<typeof trivyReport>): Finding[] {
  return Results.flatMap(({ Vulnerabilities }) =>
    (Vulnerabilities ?? []).map((entry) => ({
      id: entry.VulnerabilityID,
      aliases: entry.VendorIDs,
      package: entry.PkgName,
      installed: entry.InstalledVersion,
      fixed: entry.FixedVersion.split(',').flatMap((version) => version.trim() || []),
      severity: readSeverity(entry.Severity),
    })),
  );
}

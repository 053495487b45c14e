import * as z from 'zod';
import { PipelineError } from '../problems/pipeline-error.ts';
import { type Finding, readSeverity } from './finding.ts';
import { trivyFindings, trivyReport } from './trivy.ts';

/** What a scanner found, by the JSON that it wrote. Throws VP610 for what neither trivy nor grype writes; `where` is only named. */
export function readFindings(text: string, where: string): Finding[] {
  const content = parse(text, where);
  if (typeof content === 'object' && content !== null && 'SchemaVersion' in content) {
    return trivyFindings(check(content, trivyReport, 'trivy', where));
  }
  if (typeof content === 'object' && content !== null && 'matches' in content) {
    return grypeFindings(check(content, grypeReport, 'grype', where));
  }
  throw new PipelineError('VP610', 'neither SchemaVersion (trivy) nor matches (grype) is in it', { where });
}

function check<T>(content: object, schema: z.ZodType<T>, scanner: string, where: string): T {
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  throw new PipelineError('VP610', `it is not what ${scanner} writes`, {
    where,
    details: z.prettifyError(result.error),
  });
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PipelineError('VP610', cause instanceof Error ? cause.message : String(cause), { where, cause });
  }
}

/** What `grype -o json` writes: only what is used here. `matches` is there even if nothing was found. */
const grypeReport = z.looseObject({
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

function grypeFindings({ matches }: z.infer<typeof grypeReport>): Finding[] {
  return matches.map(({ vulnerability, relatedVulnerabilities, artifact }) => ({
    id: vulnerability.id,
    aliases: (relatedVulnerabilities ?? []).map(({ id }) => id).filter((id) => id !== vulnerability.id),
    package: artifact.name,
    installed: artifact.version,
    fixed: vulnerability.fix?.versions ?? [],
    severity: readSeverity(vulnerability.severity),
  }));
}

import * as z from 'zod';
import { parseJson } from '../lib/json.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { type Finding, readSeverity } from './finding.ts';
import { trivyFindings, trivyReport } from './trivy.ts';

/** What a scanner found, by the JSON that it wrote. Throws VP610 for what neither trivy nor grype writes; `where` is only named. */
export function readFindings(text: string, where: string): Finding[] {
  const kind = parseJson(text, z.unknown());
  if (!kind.ok) throw new PipelineError('VP610', kind.what, { where, cause: kind.cause });
  const content = kind.value;
  const has = (key: string): boolean => typeof content === 'object' && content !== null && key in content;
  if (has('SchemaVersion')) return trivyFindings(read(text, trivyReport, 'trivy', where));
  if (has('matches')) return grypeFindings(read(text, grypeReport, 'grype', where));
  throw new PipelineError('VP610', 'neither SchemaVersion (trivy) nor matches (grype) is in it', { where });
}

function read<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  scanner: string,
  where: string,
): z.output<Schema> {
  const found = parseJson(text, schema);
  if (found.ok) return found.value;
  throw new PipelineError('VP610', `it is not what ${scanner} writes`, { where, details: found.what });
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

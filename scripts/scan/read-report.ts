import * as z from 'zod';
import { PipelineError } from '../problems/pipeline-error.ts';
import type { Finding } from './finding.ts';
import { grypeFindings, grypeReport } from './grype.ts';
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

import type { StagedImage, VerifyReport } from '../pipeline/records.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { showImage } from './show-image.ts';

/**
 * Every image needs a report about exactly its digest, as this variant and platform of this line, in which something passed and nothing failed:
 * a report in which nothing could be run proves nothing. A second report does not wash off a failed one.
 */
export function requireVerified(images: readonly StagedImage[], reports: readonly VerifyReport[]): void {
  const untested: string[] = [];
  const failed: string[] = [];
  for (const image of images) {
    const checks = reports.filter((report) => isAbout(report, image)).flatMap((report) => report.checks);
    const failures = checks.filter(({ result }) => result === 'failed');
    if (failures.length > 0) failed.push(...failures.map(({ name, note }) => `${showImage(image)}: ${name}: ${note}`));
    else if (!checks.some(({ result }) => result === 'passed')) untested.push(showImage(image));
  }
  if (failed.length > 0) {
    throw new PipelineError('VP531', 'failed checks, so nothing is published', { details: failed.join('\n') });
  }
  if (untested.length > 0) {
    throw new PipelineError('VP530', 'no report about these digests, so nothing is published', {
      details: untested.join('\n'),
    });
  }
}

function isAbout(report: VerifyReport, image: StagedImage): boolean {
  return (
    report.digest === image.digest &&
    report.line === image.line &&
    report.variant === image.variant &&
    report.platform === image.platform
  );
}

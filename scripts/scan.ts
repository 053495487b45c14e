import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { readScanDate } from './pipeline/calendar-day.ts';
import { runVerb } from './pipeline/run-verb.ts';
import { openWorkspace } from './pipeline/workspace.ts';
import { PipelineError } from './problems/pipeline-error.ts';
import { severities } from './scan/finding.ts';
import { gate } from './scan/gate.ts';
import { readFindings } from './scan/read-report.ts';
import { showFinding, showGate, showWaiver } from './scan/show-gate.ts';
import { readWaivers } from './scan/waivers.ts';

const usage = `npm run scan -- --report FILE [--severity high] [--fixed-only] [--date yyyy-mm-dd]
  --report FILE    what trivy (--format json) or grype (-o json) wrote about the image; the scanner is run by who calls this
  --severity WORD  the least severity that fails: ${severities.join(', ')}; by default high
  --fixed-only     what has no fix yet does not fail
  --date DATE      the day against which waivers are held; by default today (UTC)

Waivers stand in modules/waivers.yaml: id, package (optional), reason, added, until. An expired one fails.`;

const options = {
  report: { type: 'string' },
  severity: { type: 'string', default: 'high' },
  'fixed-only': { type: 'boolean', default: false },
  date: { type: 'string' },
} as const;

await runVerb({ name: 'scan', usage, options }, async ({ values }) => {
  if (values.report === undefined) throw new PipelineError('VP901', 'npm run scan: --report is missing');
  const severity = severities.find((word) => word === values.severity);
  if (severity === undefined) {
    const fix = `write one of ${severities.join(', ')}`;
    throw new PipelineError('VP901', `--severity: unknown word, got ${values.severity}`, { fix });
  }
  const today = readScanDate(values.date, new Date());
  const file = resolve(process.env['INIT_CWD'] ?? process.cwd(), values.report);
  const findings = readFindings(textOf(file), file);
  const waivers = readWaivers(openWorkspace());
  const result = gate({ findings, waivers, severity, fixedOnly: values['fixed-only'], today });
  console.log(showGate(result));
  const [blocking, expired] = [result.blocking.map(showFinding), result.expired.map(showWaiver)];
  if (blocking.length > 0) {
    const details = [...blocking, ...expired.map((text) => `expired waiver: ${text}`)].join('\n');
    throw new PipelineError('VP611', `${blocking.length} at or above ${severity}`, { where: file, details });
  }
  if (!result.isOpen) {
    throw new PipelineError('VP612', `${expired.length}, on ${today}`, { details: expired.join('\n') });
  }
});

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new PipelineError('VP610', 'the file cannot be read', { where: file, cause });
  }
}

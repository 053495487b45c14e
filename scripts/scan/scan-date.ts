import { isDay } from '../pipeline/calendar-day.ts';
import { PipelineError } from '../problems/pipeline-error.ts';

/** The day against which waivers are held, yyyy-mm-dd: what --date gives, or that of `now` in UTC. Throws VP901 for a day that does not exist. */
export function readScanDate(text: string | undefined, now: Date): string {
  const date = text ?? now.toISOString().slice(0, 10);
  if (/^\d{4}-\d{2}-\d{2}$/.test(date) && isDay(date.replaceAll('-', ''))) return date;
  throw new PipelineError('VP901', `--date: no date, got ${date}`, { fix: 'write it like 2026-12-31' });
}

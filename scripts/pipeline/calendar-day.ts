import { PipelineError } from '../problems/pipeline-error.ts';

/** `yyyymmdd` of a moment, in UTC. */
export function utcDay(moment: Date): string {
  return moment.toISOString().slice(0, 10).replaceAll('-', '');
}

/** True for `yyyymmdd` that is a day of the calendar. */
export function isDay(text: string): boolean {
  if (!/^\d{8}$/.test(text)) return false;
  const moment = new Date(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}T00:00:00Z`);
  // Date takes February 31 for a day of March.
  return !Number.isNaN(moment.getTime()) && utcDay(moment) === text;
}

/** The date that fills {date}: that of --date, or else of `now` in UTC. Throws VP901 for a day that does not exist. */
export function readDate(text: string | undefined, now: Date): string {
  if (text === undefined) return utcDay(now);
  if (isDay(text)) return text;
  throw new PipelineError('VP901', `--date: not a day, got ${text}`, {
    fix: `write it like ${utcDay(now)}, in UTC`,
  });
}

/**
 * The day on which waivers must be valid, yyyy-mm-dd: that of --date, or else of `now` in UTC. Throws VP901 for a day
 * that does not exist.
 */
export function readScanDate(text: string | undefined, now: Date): string {
  const date = text ?? now.toISOString().slice(0, 10);
  if (/^\d{4}-\d{2}-\d{2}$/.test(date) && isDay(date.replaceAll('-', ''))) return date;
  throw new PipelineError('VP901', `--date: not a date, got ${date}`, { fix: 'write it like 2026-12-31' });
}

import { PipelineError } from './pipeline-error.ts';

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

import { PipelineError } from '../problems/pipeline-error.ts';
import { utcDay } from '../workflows/release-tag.ts';

/** The date that fills {date}: what --date gives, or the day that `now` lies in, in UTC. Throws VP901 for a day that does not exist. */
export function readDate(text: string | undefined, now: Date): string {
  if (text === undefined) return utcDay(now);
  const moment = new Date(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}T00:00:00Z`);
  if (/^\d{8}$/.test(text) && !Number.isNaN(moment.getTime()) && utcDay(moment) === text) return text;
  throw new PipelineError('VP901', `--date: this is no day, got ${text}`, {
    fix: `write it like ${utcDay(now)}, in UTC`,
  });
}

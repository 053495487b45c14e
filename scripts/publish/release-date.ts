import { isDay, utcDay } from '../pipeline/calendar-day.ts';
import { PipelineError } from '../problems/pipeline-error.ts';

/** The date that fills {date}: what --date gives, or the day that `now` lies in, in UTC. Throws VP901 for a day that does not exist. */
export function readDate(text: string | undefined, now: Date): string {
  if (text === undefined) return utcDay(now);
  if (isDay(text)) return text;
  throw new PipelineError('VP901', `--date: this is no day, got ${text}`, {
    fix: `write it like ${utcDay(now)}, in UTC`,
  });
}

/** `yyyymmdd` of a moment, in UTC. */
export function utcDay(moment: Date): string {
  return moment.toISOString().slice(0, 10).replaceAll('-', '');
}

/** Whether `yyyymmdd` is a day that exists. */
export function isDay(text: string): boolean {
  if (!/^\d{8}$/.test(text)) return false;
  const moment = new Date(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}T00:00:00Z`);
  // Date takes February 31 for a day of March.
  return !Number.isNaN(moment.getTime()) && utcDay(moment) === text;
}

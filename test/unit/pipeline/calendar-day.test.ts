import { describe, expect, it } from 'vitest';
import { isDay, readScanDate, utcDay } from '../../../scripts/pipeline/calendar-day.ts';

describe('a calendar day', () => {
  it('is that in UTC, whatever the time zone', () => {
    expect(utcDay(new Date('2026-11-22T23:30:00-08:00'))).toBe('20261123');
  });

  it.each<[string, boolean]>([
    ['20261122', true],
    ['20240229', true],
    ['20000229', true],
    ['20260229', false],
    ['19000229', false],
    ['20260231', false],
    ['20260431', false],
    ['20261301', false],
    ['20260001', false],
    ['20260100', false],
    ['2026-1-1', false],
    ['2026112', false],
    ['202611220', false],
    ['20261122\n', false],
    ['', false],
  ])('%j exists: %s', (text, exists) => {
    expect(isDay(text)).toBe(exists);
  });
});

describe('the day against which waivers are held', () => {
  const now = new Date('2026-11-22T23:30:00-08:00');

  it('is the one that is given, or today in UTC', () => {
    expect(readScanDate('2024-02-29', now)).toBe('2024-02-29');
    expect(readScanDate(undefined, now)).toBe('2026-11-23');
  });

  it.each(['2026-02-31', '2026-02-29', '2026-13-01', '20261122', '2026-11-2', '2026-1-122', 'today', ''])(
    '%j is refused',
    (text) => {
      expect(() => readScanDate(text, now)).toThrow(expect.objectContaining({ code: 'VP901' }));
    },
  );
});

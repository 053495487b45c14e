import { describe, expect, it } from 'vitest';
import { isDay, utcDay } from '../../../scripts/lib/calendar-day.ts';

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

import { CheckNotRun, require } from './outcome.ts';

/** What valkey-json and valkey-bloom report on a branch that is not released: a tag may have been set on it. */
const unreleased = 999_999;

/**
 * Compares the number that a module reports in MODULE LIST with the version it should have, as far as that goes: two ways to write a
 * version as a number are in use (10203 and, in search from 1.1 on, 0x010203), some modules always report 1, and releases that only fix
 * something often forget the number. So major and minor have to be right.
 */
export function compareReported(reported: number, version: string | null): string {
  if (version === null) throw new CheckNotRun('nobody says which version it should be');
  if (reported === unreleased)
    throw new CheckNotRun(`it reports ${reported}, upstream's number of an unreleased branch`);
  if (reported < 10_000) throw new CheckNotRun(`it reports ${reported}, which is no version`);
  const readings = [
    [Math.floor(reported / 10_000), Math.floor(reported / 100) % 100, reported % 100],
    [reported >> 16, (reported >> 8) & 0xff, reported & 0xff],
  ].map((parts) => parts.join('.'));
  const wanted = version.split('.').slice(0, 2).join('.');
  const reading = readings.find((text) => text.startsWith(`${wanted}.`));
  require(reading !== undefined, () => `it reports ${reported} (${readings.join(' or ')}), wanted ${version}`);
  return reading === version
    ? `reports ${reported}`
    : `reports ${reported}, which is ${reading} rather than ${version}`;
}

/** `1.0` of `1.0.2`, or null where the version is not known. */
export function versionLine(version: string | undefined): string | null {
  return /^\d+\.\d+/.exec(version ?? '')?.[0] ?? null;
}

/** Whether version a is lower than version b, both as dotted numbers. */
export function isOlder(a: string, b: string): boolean {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/**
 * The candidate that is nearest to a misspelled word, if any is near enough to be meant (a third of its letters may
 * differ).
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Levenshtein distance: insertions, deletions and replacements of one character. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** `1.0` of `1.0.2`, or null where the version is not known. */
export function versionLine(version: string | undefined): string | null {
  return /^\d+\.\d+/.exec(version ?? '')?.[0] ?? null;
}

/** True if version a is lower than version b, both as dotted numbers. */
export function isOlder(a: string, b: string): boolean {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/**
 * The NAME of a module's `<NAME>_MODULE_ARGS` variable: its file name without `.so`, `lib` and `valkey_`/`valkey-`, in
 * upper case, every other character as `_`.
 */
export function variableName(file: string): string {
  return shortName(file)
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, '_');
}

/** The name that people use for a module without a manifest: `libvalkey_bloom.so` is `bloom`. */
export function shortName(file: string): string {
  const stem = file.replace(/\.so$/, '').replace(/^lib(?=.)/, '');
  return stem.replace(/^valkey[_-](?=.)/, '');
}

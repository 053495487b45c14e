import { editDistance } from '../../entrypoint/modules/naming.ts';

/** The known word that is at most a third of its letters away from the given one, or null. */
export function nearestWord(given: string, known: readonly string[]): string | null {
  let best: { word: string; distance: number } | null = null;
  for (const word of known) {
    const distance = editDistance(given, word);
    if (distance <= Math.max(1, Math.floor(word.length / 3)) && (best === null || distance < best.distance)) {
      best = { word, distance };
    }
  }
  return best === null ? null : best.word;
}

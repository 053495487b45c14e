import type { Case } from './case.ts';
import { compare, type Server } from './compare.ts';
import type { Mismatch } from './tally.ts';

/** Takes arguments, lines and characters away for as long as the mismatch stays one of its kind. */
export async function shrink(server: Server, directory: string, mismatch: Mismatch): Promise<Mismatch> {
  let smallest = mismatch;
  let tries = 0;
  for (let progress = true; progress; ) {
    progress = false;
    for (const candidate of smaller(smallest.case)) {
      tries += 1;
      if (tries > MOST_TRIES) return smallest;
      const found = await differs(server, directory, candidate);
      if (found === null || kindOf(found) !== kindOf(mismatch)) continue;
      smallest = { ...found, number: mismatch.number };
      progress = true;
      break;
    }
  }
  return smallest;
}

const MOST_TRIES = 400;

/** What must not change, for the smallest case to be about what was found. */
function kindOf({ ours, server, plan }: Mismatch): string {
  const code = 'code' in ours ? ours.code : 'read';
  const why = server.kind === 'refused' ? server.why.replace(/.* \| |\d+:M.*# /g, '').slice(0, 30) : server.kind;
  return [plan === null ? 'reading' : 'plan', code, why].join(', ');
}

/** A candidate that makes the comparison itself fail is none. */
async function differs(server: Server, directory: string, candidate: Case): Promise<Mismatch | null> {
  try {
    return (await compare(server, directory, [candidate])).mismatches[0] ?? null;
  } catch {
    return null;
  }
}

function* smaller(value: Case): Generator<Case> {
  for (const [path, text] of Object.entries(value.files)) if (text !== '') yield withFile(value, path, '');
  for (const index of value.args.keys()) yield { ...value, args: value.args.toSpliced(index, 1) };
  for (const [path, text] of Object.entries(value.files)) {
    const lines = text.split('\n');
    if (text === '') continue;
    for (const index of lines.keys()) yield withFile(value, path, lines.toSpliced(index, 1).join('\n'));
  }
  if (value.stdin !== null && value.stdin !== '') yield { ...value, stdin: '' };
  for (const [index, text] of value.args.entries())
    for (const shorter of shortened(text)) yield { ...value, args: value.args.with(index, shorter) };
  for (const [path, text] of Object.entries(value.files))
    for (const shorter of shortened(text)) yield withFile(value, path, shorter);
}

function withFile(value: Case, path: string, text: string): Case {
  return { ...value, files: { ...value.files, [path]: text } };
}

/** A short text without one of its characters. */
function shortened(text: string): string[] {
  const characters = [...text];
  if (characters.length > 80) return [];
  return characters.map((_, index) => characters.toSpliced(index, 1).join(''));
}

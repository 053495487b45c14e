import { appendFile } from 'node:fs/promises';

/** What a job hands to later ones. Text stays as it is, everything else is JSON: `fromJSON` in a workflow reads it. */
export type JobOutputs = Readonly<Record<string, unknown>>;

/**
 * Prints the outputs as JSON, so that the verb can be tried anywhere, and appends them to the file that GitHub Actions names in
 * GITHUB_OUTPUT, if there is one.
 */
export async function writeOutputs(outputs: JobOutputs, file: string | undefined): Promise<void> {
  console.log(JSON.stringify(outputs, null, 2));
  if (file) await appendFile(file, formatOutputs(outputs));
}

/** `name=value` lines. Throws for a value of more than one line, which could set other outputs. */
export function formatOutputs(outputs: JobOutputs): string {
  const lines = Object.entries(outputs).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (/[\r\n]/.test(text)) throw new Error(`the output ${name} has more than one line`);
    return `${name}=${text}\n`;
  });
  return lines.join('');
}

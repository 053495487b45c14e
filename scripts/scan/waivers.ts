import { join } from 'node:path';
import * as z from 'zod';
import { dataError, readData } from '../data/read-data.ts';
import { textIfThere } from '../lib/files.ts';
import type { Workspace } from '../pipeline/workspace.ts';

const waiver = z
  .strictObject({
    id: z.string().min(1).describe('CVE-..., GHSA-..., or the name that the scanner gives'),
    package: z.string().min(1).optional().describe('only in this package; otherwise wherever it is found'),
    reason: z.string().trim().min(10).describe('why it does no harm here, for who has to decide again'),
    added: z.iso.date(),
    until: z.iso.date().describe('the last day on which it holds'),
  })
  .refine(({ added, until }) => added <= until, { path: ['until'], message: 'until has to be after added' });

/** modules/waivers.yaml. It stands with the other data that decide what a release consists of. */
const waiversFile = z.strictObject({ waivers: z.array(waiver) });

export type Waiver = z.infer<typeof waiver>;

const kind = { schema: waiversFile, title: 'the list of waivers', code: 'VP101' } as const;

/** The waivers of the project; none where there is no file. Throws VP101 with every field that is wrong. */
export function readWaivers(workspace: Workspace): Waiver[] {
  const file = join(workspace.modules, 'waivers.yaml');
  const text = textIfThere(file);
  if (text === null) return [];
  const read = readData(kind, file, text);
  if ('problems' in read) throw dataError(read.problems);
  return read.value.waivers;
}

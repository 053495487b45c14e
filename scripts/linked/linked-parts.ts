import { join } from 'node:path';
import type { LinkedParts } from '../../modules/schema.ts';
import { isWithin } from '../data/version.ts';
import type { FetchedSource } from '../inputs/fetch-line.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import type { Architecture } from '../lib/platform.ts';
import { type Candidate, candidatesOf, covers, isAt, type OpenSource, openSource } from './candidates.ts';
import { type Text, textAt, textBeside, textsAt } from './licence-texts.ts';

/** A part of others that is linked into a module: a repository at a commit, a folder of one, or a crate. */
export interface LinkedPart extends Omit<Candidate, 'licenceFile'> {
  /** Never empty. */
  readonly texts: readonly Text[];
}

interface Linking {
  readonly module: string;
  readonly version: string;
  /** build.linked of its manifest. */
  readonly data: LinkedParts;
  /** The folder of its manifest. */
  readonly beside: string;
  readonly source: FetchedSource;
  readonly architecture: Architecture;
}

/**
 * Finds what a module is linked with in its fetched source, each part with its licence texts: the repositories that its
 * build clones, the submodules of all, the folders of their third_party, and the crates that were fetched beside it;
 * without what its manifest leaves out. Throws VP341 for parts without a text, VP342 where the manifest names a part
 * that is not there, VP343 for a crate that cannot be read.
 */
export async function linkedParts(linking: Linking): Promise<LinkedPart[]> {
  const { module, version, data, source } = linking;
  const where = join(linking.beside, 'module.yaml');
  const leftOut = data.leaveOut.filter((one) => isWithin(version, one)).flatMap(({ parts }) => parts);
  const about = data.about.filter((one) => isWithin(version, one));
  const opened = await openSource(source);
  const candidates = await candidatesOf(opened, { ...linking, folders: data.folders, leftOut });
  requireThere(`${module} ${version}`, where, candidates, [...leftOut, ...about.map(({ part }) => part)]);

  const linked: LinkedPart[] = [];
  const lacking: string[] = [];
  for (const candidate of candidates.filter((one) => !leftOut.some((place) => covers(place, one)))) {
    const said = about.find(({ part }) => isAt(part, candidate));
    const { texts, missing } = await textsOf(opened, linking.beside, candidate, said?.texts);
    lacking.push(...missing.map((file) => `  ${candidate.part} (${candidate.name}): ${file}`));
    const { licenceFile: _, ...facts } = candidate;
    linked.push({ ...facts, name: said?.name ?? facts.name, licence: said?.licence ?? facts.licence, texts });
  }
  if (lacking.length === 0) return linked;
  const count = `${lacking.length} ${lacking.length === 1 ? 'text is' : 'texts are'} missing`;
  throw new PipelineError('VP341', `${module} ${version}: ${count} in ${source.folder}`, {
    where,
    details: lacking.join('\n'),
  });
}

/** Throws VP342 where the manifest names a place that is no part. */
function requireThere(title: string, where: string, candidates: readonly Candidate[], places: readonly string[]): void {
  const gone = places.filter((place) => !candidates.some((one) => covers(place, one)));
  if (gone.length === 0) return;
  const details = `  ${gone.join('\n  ')}\nits parts are:\n  ${candidates.map(({ part }) => part).join('\n  ')}`;
  throw new PipelineError('VP342', `${title} has no such part of others`, { where, details });
}

/** `named`: the files that the manifest gives for it. `missing`: in words, what is not there. */
async function textsOf(
  opened: OpenSource,
  beside: string,
  { root, part, licenceFile }: Candidate,
  named: readonly string[] | undefined,
): Promise<{ readonly texts: readonly Text[]; readonly missing: readonly string[] }> {
  if (named === undefined) {
    const files = await opened.filesAt(part);
    const texts = await textsAt(files, root, licenceFile);
    return { texts, missing: texts.length > 0 ? [] : ['no LICENSE, COPYING or NOTICE at its root'] };
  }
  const texts: Text[] = [];
  const missing: string[] = [];
  for (const place of named) {
    const text = place.startsWith('./')
      ? await textBeside(beside, place)
      : await textAt(await opened.filesAt(place), opened.pathOf(place));
    if (text === null) missing.push(`no text in ${place}`);
    else texts.push(text);
  }
  return { texts, missing };
}

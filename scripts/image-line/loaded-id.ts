import * as z from 'zod';

const metadata = z.record(
  z.string(),
  z.looseObject({
    'containerimage.digest': z.string().optional(),
    'containerimage.config.digest': z.string().optional(),
  }),
);

/** Reads what `docker buildx bake --metadata-file` wrote: by target the digests of the image that it made, of which one may be its id. */
export function bakeMetadata(text: string): (target: string) => readonly string[] {
  const targets = metadata.parse(JSON.parse(text));
  return (target) => {
    const found = targets[target];
    return [found?.['containerimage.digest'], found?.['containerimage.config.digest']].filter(
      (digest) => digest !== undefined,
    );
  };
}

/**
 * The id of an image that was loaded into the engine a moment ago, by what its builder says of it: another run may have given its name to
 * another image already. Which digest is the id depends on engine and builder (an engine names an image for its configuration; one with the
 * image store of containerd, for its manifest); where it is neither, the name has to tell. `idOf`: that of what the engine has under a name
 * or id.
 */
export async function loadedId(
  digests: readonly string[],
  tag: string,
  idOf: (reference: string) => Promise<string | undefined>,
): Promise<string> {
  for (const reference of [...digests, tag]) {
    const id = await idOf(reference);
    if (id !== undefined) return id;
  }
  throw new Error(
    `${tag} was built, and the engine does not have it: does the builder belong to another engine (docker buildx ls)?`,
  );
}

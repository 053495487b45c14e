import type { Module } from '../../entrypoint/modules/discover.ts';
import { variableName } from '../../entrypoint/text/names.ts';
import { manifests } from './fake-image.ts';

/** A module of the image by its manifest's name; one without a manifest for any other name. */
export function moduleOf(name: string): Module {
  const manifest = manifests.find((known) => known.name === name) ?? null;
  const file = manifest?.file ?? `lib${name}.so`;
  const path = `/usr/lib/valkey/${file}`;
  return { name, file, path, realPath: path, variable: manifest?.env ?? variableName(file), manifest };
}

import type { Component } from './component.ts';

/** What became of one component between two releases. */
export type Difference =
  | { readonly kind: 'added' | 'same'; readonly now: Component }
  /** The same version, and one of the releases did not record what it meant. */
  | { readonly kind: 'unrecorded'; readonly now: Component }
  | { readonly kind: 'removed'; readonly was: Component }
  /** Another version. */
  | { readonly kind: 'updated'; readonly was: Component; readonly now: Component }
  /** The same name, and it means something else now: a base image that was rebuilt, a branch that went on, a tag that moved. */
  | { readonly kind: 'moved'; readonly was: Component; readonly now: Component };

/** Every component of both releases, those of the new one first and in its order. */
export function compareComponents(
  was: ReadonlyMap<string, Component>,
  now: ReadonlyMap<string, Component>,
): Difference[] {
  const present = [...now.values()].map((component) => differenceOf(was.get(component.name), component));
  const gone = [...was.values()].filter(({ name }) => !now.has(name));
  return [...present, ...gone.map((component): Difference => ({ kind: 'removed', was: component }))];
}

function differenceOf(was: Component | undefined, now: Component): Difference {
  if (was === undefined) return { kind: 'added', now };
  if (was.version !== now.version) return { kind: 'updated', was, now };
  if (was.id === now.id) return { kind: 'same', now };
  // A release whose lock was not committed says nothing about what its names meant.
  return was.id === null || now.id === null ? { kind: 'unrecorded', now } : { kind: 'moved', was, now };
}

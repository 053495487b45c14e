import type { Platform } from '../pipeline/platform.ts';

/** An image to be looked at. `reference`: by digest where a registry has it, else as the engine names it. */
export interface ImageToVerify {
  readonly reference: string;
  readonly line: string;
  readonly variant: string;
  readonly platform: Platform;
}

/** What `npm run verify` is given for one image. */
export function verifyArguments({ reference, line, variant, platform }: ImageToVerify): string[] {
  return [reference, '--line', line, '--variant', variant, '--platform', platform];
}

/** Passes on which folders a verb works in. They count from where the user is, and so does what the other verb makes of them. */
export function folderOptions({
  modules,
  dist,
}: {
  modules?: string | undefined;
  dist?: string | undefined;
}): string[] {
  return [...(modules === undefined ? [] : ['--modules', modules]), ...(dist === undefined ? [] : ['--dist', dist])];
}

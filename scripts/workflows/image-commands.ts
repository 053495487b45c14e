/** What grype is given: the image as the registry has it, and the file for its findings. It decides nothing: the gate is `npm run scan`. */
export function grypeArguments(reference: string, platform: string, file: string): string[] {
  return [`registry:${reference}`, '--platform', platform, '--output', 'json', '--file', file];
}

/** What `npm run sign` is given for each variant that was published: its digest, never a tag. */
export function signArguments(
  line: string,
  published: {
    readonly repository: string;
    readonly variants: Readonly<Record<string, { readonly digest: string }>>;
  },
): string[][] {
  const { repository, variants } = published;
  return Object.values(variants).map(({ digest }) => ['--reference', `${repository}@${digest}`, '--line', line]);
}

import type { Platform } from '../pipeline/platform.ts';

/** One verb of the chain, with the arguments that it is given. */
export interface ReleaseStep {
  readonly verb: string;
  readonly args: readonly string[];
  readonly does: string;
}

export interface ReleaseWish {
  readonly line: string;
  readonly platform: Platform;
  /** Whether the platform is the only one that the tags will hold: a release that is tried out on this machine. */
  readonly alone: boolean;
  /** --registry, --repository, as given: the verbs read them as this one did. */
  readonly target: readonly string[];
  readonly date: string;
  readonly moveVersionTags: boolean;
  readonly jobs: string | undefined;
}

/** The chain, in order. Each step reads what the one before wrote into dist, and does nothing where that is done already. */
export function releaseSteps(wish: ReleaseWish): ReleaseStep[] {
  const { line, platform, alone, target, date, moveVersionTags, jobs } = wish;
  const lineAlone = ['--line', line];
  const onPlatform = ['--line', line, '--platform', platform];
  return [
    {
      verb: 'resolve',
      args: lineAlone,
      does: 'pin what the line names: tags to commits, the base to a digest or version',
    },
    { verb: 'fetch', args: lineAlone, does: 'fetch exactly those sources' },
    {
      verb: 'build',
      args: [...onPlatform, ...(jobs === undefined ? [] : ['--jobs', jobs])],
      does: 'build each module from its source, and check what came out',
    },
    { verb: 'image', args: onPlatform, does: 'assemble an image a variant, with its SBOM' },
    {
      verb: 'publish',
      args: ['--stage', ...onPlatform, ...target],
      does: 'push the images under staging tags, and take their digests',
    },
    { verb: 'verify-staged', args: onPlatform, does: 'start and question exactly those digests' },
    {
      verb: 'publish',
      args: [
        ...lineAlone,
        ...target,
        ...['--date', date],
        ...(alone ? ['--only-platform', platform] : []),
        ...(moveVersionTags ? ['--move-version-tags'] : []),
      ],
      does: 'one index a variant, then the tags: version tags first, those that roll on last',
    },
  ];
}

/** The chain as text, a step a line, with the command that runs it alone. */
export function showSteps(steps: readonly ReleaseStep[]): string {
  return steps
    .map(({ verb, args, does }, index) => `${index + 1}. ${does}\n   npm run ${verb} -- ${args.join(' ')}`)
    .join('\n');
}

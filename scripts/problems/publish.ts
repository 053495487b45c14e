import type { ProblemEntry } from './entry.ts';

/** VP5xx: 50x and 51x the registry, 52x what is to be published, 53x its tests, 54x the tags. */
export const publishProblems = {
  VP501: {
    title: 'the registry does not answer',
    exitCode: 69,
    meaning: 'Nothing was sent. The name may be wrong, or the registry may be down or out of reach.',
    fix: 'Look at --registry and VALKEY_BUNDLE_REPOSITORY; plain http is spoken only on localhost, 127.x.x.x and [::1].',
  },
  VP502: {
    title: 'the registry refuses access',
    exitCode: 77,
    meaning:
      'There are no credentials for it in the configuration of docker, they are wrong, or they may not write there.',
    fix: 'docker login <registry>',
  },
  VP503: {
    title: 'the registry went away in the middle',
    exitCode: 69,
    meaning:
      'It had answered, and then did not. Every tag still leads to something whole: the old image, or the new one.',
    fix: 'Run the same verb again once the registry is back: it goes on where it stopped.',
  },
  VP504: {
    title: 'the registry answers with an error',
    exitCode: 69,
    meaning: 'Its answer is one that a registry gives when something is wrong with itself, or not one of a registry.',
    fix: 'Run the same verb again; if that does not help, ask who runs the registry.',
  },
  VP505: {
    title: 'the registry refuses a manifest or tag',
    exitCode: 1,
    meaning:
      'It took the request as valid in form and turned it down: an immutable tag, a read-only repository, a limit.',
    fix: 'Its own words say why. Tags that were written before this one stay, and are right.',
  },
  VP506: {
    title: 'the credentials cannot be read',
    exitCode: 77,
    meaning:
      'Credentials come from where docker keeps them: config.json in DOCKER_CONFIG or ~/.docker, or the helper that it names.',
    fix: 'docker logout <registry>, then docker login <registry>',
  },
  VP510: {
    title: 'wrong name of a registry or repository',
    exitCode: 64,
    meaning: 'A registry is a host with an optional port; a repository is lower-case words between slashes.',
    fix: 'Write it like ghcr.io/kailas-cloud/valkey-bundle, without scheme, tag or digest.',
  },
  VP511: {
    title: 'wrong tag',
    exitCode: 65,
    meaning: 'A tag template of the release line does not give a valid tag, or two variants claim the same one.',
    fix: 'Correct `tags` in modules/releases/<line>.yaml: {line}, {valkey} and {date} are filled in.',
  },
  VP512: {
    title: 'a push failed',
    exitCode: 69,
    meaning: 'The Docker engine could not bring an image into the registry. Nothing leads to what it had sent.',
    fix: 'Run the same verb again: layers that arrived are not sent twice.',
  },
  VP520: {
    title: 'not everything is staged',
    exitCode: 65,
    meaning: 'An image of the line is missing: all its variants are published together, for all its platforms.',
    fix: 'npm run publish -- --stage --line <line> --platform <platform>, on a machine that has built it',
  },
  VP521: {
    title: 'a record cannot be read',
    exitCode: 65,
    meaning: 'A file under dist/ that an earlier step wrote is not what that step writes.',
    fix: 'Remove the file, and run the step again.',
  },
  VP522: {
    title: 'what is staged is not what the line says now',
    exitCode: 65,
    meaning:
      'The images were staged into another repository, or say of themselves that they are of another line, variant, lock, version of the server or revision than the line has now, or than those of another platform.',
    fix: 'Build and stage it again: npm run image, npm run publish -- --stage, then npm run verify, each with --line and --platform.',
  },
  VP523: {
    title: 'the registry does not hold what was staged',
    exitCode: 65,
    meaning:
      'The staged digest, or something under it, is missing in the registry, or has other bytes or another platform there.',
    fix: 'Stage it again: npm run publish -- --stage --line <line> --platform <platform>, then npm run verify with the same options.',
  },
  VP524: {
    title: 'there is no image to stage',
    exitCode: 65,
    meaning:
      'The images of this line and platform were not built, or from another lock than is here now, or the engine no longer has them.',
    fix: 'npm run image -- --line <line> --platform <platform>',
  },
  VP530: {
    title: 'a digest was not verified',
    exitCode: 65,
    meaning:
      'Only an image that was tested is published: for each staged digest there has to be a report about exactly that digest.',
    fix: 'npm run verify -- --line <line> --platform <platform>, for each platform that is named above',
  },
  VP531: {
    title: 'a digest failed its tests',
    exitCode: 1,
    meaning: 'The report about it has a failed check. It is not published.',
    fix: 'Correct what failed, build and stage again. After a failure that lay elsewhere, verify the same digest again.',
  },
  VP540: {
    title: 'a version tag leads elsewhere',
    exitCode: 1,
    meaning: 'Who pinned this tag would get another image. Nothing was written, no other tag either.',
    fix: 'Publish another version; or, if the tag really is to move, add --move-version-tags.',
  },
  VP541: {
    title: 'a tag does not lead where it was set',
    exitCode: 69,
    meaning:
      'The registry took the tag, and then gave another digest for it: somebody else publishes at this moment, or the registry lags.',
    fix: 'Run the same verb again with --dry-run: it shows where each tag leads.',
  },
} as const satisfies Readonly<Record<string, ProblemEntry>>;

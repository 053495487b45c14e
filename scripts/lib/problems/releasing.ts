import type { ProblemEntry } from './making.ts';

/** VP4xx: 40x what is to be verified, 41x what came out. */
export const verifyProblems = {
  VP401: {
    title: 'the engine does not have the image',
    exitCode: 65,
    meaning: 'A name without a digest means an image of this machine; it is not pulled.',
    fix: 'Build it (npm run image), or name registry/repository@sha256:...',
  },
  VP402: {
    title: 'the digest is not in the registry',
    exitCode: 65,
    meaning: 'The registry answers, and has no image of that digest, or none for that platform.',
    fix: 'Look at the digest in dist/release/<line>/<architecture>/release.json.',
  },
  VP403: {
    title: 'the image cannot be pulled',
    exitCode: 69,
    meaning: 'The engine could not get it from the registry: out of reach, access refused, or broken off.',
    fix: 'docker login <registry>; then run the same verb again.',
  },
  VP404: {
    title: 'not an image of this project',
    exitCode: 65,
    meaning: 'There is no /usr/local/share/valkey-bundle/bundle.json in it, or none that says what line it belongs to.',
    fix: 'Name an image that `npm run image` made, or the line with --line.',
  },
  VP405: {
    title: 'the image is for another platform',
    exitCode: 65,
    meaning: 'The image is not for the platform that was asked for.',
    fix: 'Name the right one with --platform.',
  },
  VP406: {
    title: 'this machine cannot run the image',
    exitCode: 69,
    meaning: 'The image is for another processor, and the engine has no emulation for it: nothing in it would start.',
    fix: 'Verify it on a machine of its own architecture (the release does), or register qemu-user-static with binfmt_misc.',
  },
  VP407: {
    title: 'the line has no such variant',
    exitCode: 64,
    meaning: 'The variants of a line stand in modules/releases/<line>.yaml.',
    fix: 'Name one of them with --variant.',
  },
  VP408: {
    title: 'wrong reference',
    exitCode: 64,
    meaning: 'A reference is a local image name, or registry/repository@sha256: and 64 digits.',
    fix: 'Write it like ghcr.io/kailas-cloud/valkey-bundle@sha256:...',
  },
  VP409: {
    title: 'the engine has other content under the digest',
    exitCode: 70,
    meaning:
      'After the pull, the engine does not list the digest among those of the image. So the image that would be tested is not the one that was asked for.',
    fix: 'Remove the image from the engine (docker image rm), and run the verb again.',
  },
  VP410: {
    title: 'checks failed',
    exitCode: 1,
    meaning: 'The image is not what it has to be; it is not published. The report holds every check.',
    fix: 'Fix what failed, and build the image again.',
  },
} as const satisfies Readonly<Record<string, ProblemEntry>>;

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
      'The images of this line and platform were not built, or from another lock or commit than is here now, or the engine no longer has them.',
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

/** VP6xx: 60x the list of components, 61x the scan, 62x signatures and attestations. Retired: VP610 and VP623. */
export const supplyProblems = {
  VP601: {
    title: 'a build record is missing',
    exitCode: 65,
    meaning: 'The list of components is made from what the build wrote down: build.json of each module and base.json.',
    fix: 'npm run build -- --line <line> --platform <platform>',
  },
  VP602: {
    title: 'a build record cannot be read',
    exitCode: 65,
    meaning:
      'The file under dist/artifacts is not what `npm run build` writes: damaged, edited, or of another version of the pipeline.',
    fix: 'Remove the file, and run npm run build again.',
  },
  VP603: {
    title: 'an artifact is not what the lock says',
    exitCode: 65,
    meaning:
      'The artifact was built from another commit or version than modules/lock.json names now. Its list of components would lie.',
    fix: 'npm run build -- --line <line>',
  },
  VP604: {
    title: 'the list of components is not valid CycloneDX',
    exitCode: 70,
    meaning: 'The document was made and does not pass the strict schema of CycloneDX 1.6. It was not written.',
    fix: 'Look at the named field: a licence or URL in a manifest or build.json may have an odd form; else it is a defect to report.',
  },
  VP605: {
    title: 'the image holds no list of components',
    exitCode: 65,
    meaning:
      'An image that is built from source has its list of components at /usr/local/share/valkey-bundle/sbom.cdx.json, and below build/ there a record of each module; the one that npm start makes of binary packages has none.',
    fix: 'Name an image of a line that was built from source: npm run image -- --line <line>',
  },
  VP611: {
    title: 'known vulnerabilities',
    exitCode: 1,
    meaning: 'Grype found vulnerabilities at or above the severity that fails, and no waiver covers them.',
    fix: 'Take a newer base or module; or, if it does not apply, add a waiver with a reason and a date to modules/waivers.yaml.',
  },
  VP612: {
    title: 'a waiver has expired',
    exitCode: 1,
    meaning: 'A waiver holds until its date, and not longer: somebody has to look again.',
    fix: 'Remove it; or look at the vulnerability again, and renew its date and reason.',
  },
  VP613: {
    title: 'grype failed',
    exitCode: 69,
    meaning:
      'Grype ended without a result: nobody knows what vulnerabilities the image has. That is never a clean result.',
    fix: 'Its own words above say why. It needs the image, and a network for its database; a grype before 0.92 ends like this for findings, too.',
  },
  VP620: {
    title: 'not a digest in a registry',
    exitCode: 64,
    meaning: 'A tag can be moved, so only a digest is signed.',
    fix: 'Write registry/repository@sha256:...',
  },
  VP621: {
    title: 'cosign failed',
    exitCode: 1,
    meaning: 'Signing and attesting is done by cosign. Steps before this one are done, and can be repeated.',
    fix: 'Its own words above say why. Run the same verb again: signatures and attestations that are there do no harm.',
  },
  VP622: {
    title: 'no identity to sign with',
    exitCode: 77,
    meaning:
      'Keyless signing needs the identity of a GitHub Actions job (permission id-token: write); elsewhere a key is needed.',
    fix: 'Add --key FILE, or run it in the release workflow; --dry-run shows the commands.',
  },
  VP624: {
    title: 'what is to be attested is not of this image',
    exitCode: 65,
    meaning:
      'The list of components in the image is for another architecture or has other modules than the records of their builds; or the workflow runs for another commit than the image was assembled from.',
    fix: 'Sign in the run that assembled the image, at its commit; an image that contradicts itself has to be built again.',
  },
} as const satisfies Readonly<Record<string, ProblemEntry>>;

import type { ProblemEntry } from './general.ts';

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

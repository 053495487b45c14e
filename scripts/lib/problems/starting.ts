import type { ProblemEntry } from './making.ts';

/** VP63x: an image that `npm start` pulls. VP64x: a release line that it builds, and the nodes of compose. */
export const startProblems = {
  VP630: {
    title: 'the registry with the published images does not answer',
    exitCode: 69,
    meaning:
      'npm start asks it first which image a line has. It did not answer in time, or there is no way to it. Nothing was done.',
    fix: 'Name a registry that can be reached (VALKEY_BUNDLE_REPOSITORY=registry/repository), an image that is here (--image), or build from source (--build).',
  },
  VP631: {
    title: 'the image is not signed',
    exitCode: 65,
    meaning: 'cosign finds no signature of the digest in its registry. Every published image has one.',
    fix: 'Look at the reference. If you mean this very image all the same: --unsigned.',
  },
  VP632: {
    title: 'the signature is not of whom it has to be',
    exitCode: 65,
    meaning:
      'The digest has signatures, and none of them is of the release workflow of this project, or of the key that --key names.',
    fix: 'Do not run it, unless you know who signed it and why: then name the key with --key, or say --unsigned.',
  },
  VP633: {
    title: 'the signature could not be checked',
    exitCode: 69,
    meaning:
      'cosign ended before it knew: it could not reach the registry or the public log, or could not read the key. That is never a good signature.',
    fix: 'Its own words above say why. Try again once that is fixed; --unsigned runs the image without the check.',
  },
  VP634: {
    title: 'there is no such image',
    exitCode: 65,
    meaning:
      'The engine of this machine does not have it, and the registry that its name begins with does not show it.',
    fix: 'Look at the name. A registry that hides it from you wants docker login <registry>.',
  },
  VP640: {
    title: 'a host that the build needs does not answer',
    exitCode: 69,
    meaning:
      'A line is built from the repositories of its modules and the image of its base. Before anything is fetched each host is asked for a sign of life. Nothing was done.',
    fix: 'Check the network, or name a mirror: git config --global url.<mirror>.insteadOf <origin>.',
  },
  VP641: {
    title: 'not enough memory for the build',
    exitCode: 69,
    meaning:
      'One job of the compiler needs more memory than builds may take on the machine of the engine: it would be ended half-way.',
    fix: 'Give the machine (of a virtual one: its settings) more memory, or run a published image.',
  },
  VP642: {
    title: 'not enough disk for the build',
    exitCode: 73,
    meaning: 'The sources and what is built of them do not fit on the disk of the project, or of the engine.',
    fix: 'Make room: docker system prune, rm -rf dist/sources dist/artifacts; or run a published image.',
  },
  VP643: {
    title: 'docker compose is missing',
    exitCode: 69,
    meaning:
      'The three nodes are started by docker compose 2, which the docker client here does not have and the Debian archive did not give.',
    fix: 'Install the plugin: docker compose version must answer.',
  },
  VP644: {
    title: 'docker compose failed',
    exitCode: 1,
    meaning: 'The nodes did not all become healthy, or could not be made. Those that run are left for a look.',
    fix: 'Its own words above name the node; docker logs with that name shows why. npm stop removes the nodes, and keeps their data.',
  },
  VP645: {
    title: 'another compose project has the name',
    exitCode: 65,
    meaning: 'There are containers of a compose project of that name from another file: they are not ours to change.',
    fix: 'Take that project down, or give this one another name: COMPOSE_PROJECT_NAME=name.',
  },
} as const satisfies Readonly<Record<string, ProblemEntry>>;

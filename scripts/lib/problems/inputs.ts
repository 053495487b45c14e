import type { ProblemEntry } from './general.ts';

/** VP1xx: what stands under modules/, and names of what stands there. */
export const dataProblems = {
  VP101: {
    title: 'a data file does not fit its schema',
    exitCode: 65,
    meaning:
      'A module manifest or a release line is not YAML, lacks a key, has an unknown one, or a value of the wrong type.',
    fix: 'Correct the file at the place that is named. The schemas are modules/*.schema.json.',
  },
  VP102: {
    title: 'data files contradict each other',
    exitCode: 65,
    meaning:
      'Each file is well-formed, and together they make no sense: a name differs from its folder, two modules have one file name, an image default names a module that the line does not have.',
    fix: 'Correct one of the two places.',
  },
  VP103: {
    title: 'no such release line',
    exitCode: 65,
    meaning: 'A release line is a file modules/releases/<line>.yaml.',
    fix: 'Write one of the lines that the message lists, or add the file.',
  },
  VP104: {
    title: 'no such module',
    exitCode: 65,
    meaning:
      'A module is a folder modules/<name> with a module.yaml, and a release line names those that it consists of.',
    fix: 'Write one of the modules that the message lists, or add it.',
  },
  VP105: {
    title: 'the module cannot be built from source',
    exitCode: 65,
    meaning:
      'A release line names a tag or a source package, and the module has no Dockerfile, or its manifest no `build` section.',
    fix: 'Write modules/<name>/Dockerfile and a `build` section in its manifest, or name a binary package in the line.',
  },
  VP106: {
    title: 'a data file cannot be read',
    exitCode: 65,
    meaning: 'The file is missing, or may not be read.',
    fix: 'Write the file, or correct its permissions.',
  },
  VP107: {
    title: 'lock.json is damaged',
    exitCode: 65,
    meaning:
      'modules/lock.json is written by npm run resolve alone. It is not JSON any more, or not what resolve writes.',
    fix: 'Take it from the history again (git checkout modules/lock.json), or delete it and run npm run resolve.',
  },
} as const satisfies Readonly<Record<string, ProblemEntry>>;

/** VP2xx: finding out what tags and names mean, and fetching it. */
export const sourcesProblems = {
  VP201: {
    title: 'unresolved: run resolve',
    exitCode: 65,
    meaning:
      'lock.json does not say which commit, digest or checksum is meant. Nothing is fetched or built on a guess.',
    fix: 'npm run resolve',
  },
  VP202: {
    title: 'lock.json is stale',
    exitCode: 65,
    meaning: 'A release line or a manifest asks for something else than what lock.json was made for.',
    fix: 'npm run resolve, and commit modules/lock.json.',
  },
  VP203: {
    title: 'no such tag or branch',
    exitCode: 65,
    meaning: 'The repository, or the registry, answered, and does not have the tag.',
    fix: 'Write a tag that exists into the release line.',
  },
  VP204: {
    title: 'a tag has moved',
    exitCode: 65,
    meaning:
      'The tag leads to another commit than the one in lock.json. Release tags should never move: this can be an attack, or a release that was taken back.',
    fix: 'Ask upstream why. If the new commit is right: npm run resolve -- --update.',
  },
  VP205: {
    title: 'a commit cannot be had',
    exitCode: 65,
    meaning: 'The repository does not have the commit, or what it gave instead is another one.',
    fix: 'Check the commit in lock.json, or the submodule that names it; npm run resolve -- --update takes what the tag means today.',
  },
  VP206: {
    title: 'a repository, a registry or an archive does not answer',
    exitCode: 69,
    meaning: 'No connection, a connection that was cut, or an answer that came too slowly, several times in a row.',
    fix: 'Check the network, name a mirror (git config --global url.<mirror>.insteadOf <origin>), or try again later.',
  },
  VP207: {
    title: 'access was refused',
    exitCode: 77,
    meaning:
      'The repository or the registry asks who you are, or does not exist: many hosts do not tell the two apart.',
    fix: 'Check the address.',
  },
  VP208: {
    title: 'the base image lacks a platform',
    exitCode: 65,
    meaning: 'The release line is built for a platform that the index of its base image does not list.',
    fix: 'Take another base image, or take the platform out of the release line.',
  },
  VP209: {
    title: 'no such package in the Debian archive',
    exitCode: 69,
    meaning: 'None of the suites that the release line names has the package, or the pool no longer has its files.',
    fix: 'Name another suite in the release line.',
  },
  VP210: {
    title: 'a file is not the one that was locked',
    exitCode: 65,
    meaning: 'Its size or its SHA-256 differs from what lock.json says. It is not used.',
    fix: 'Try again; if it stays so, find out why the archive changed it, and run npm run resolve -- --update.',
  },
  VP211: {
    title: 'not fetched yet, and offline',
    exitCode: 69,
    meaning: 'With --offline only what is already in dist/sources is used.',
    fix: 'Run npm run fetch once with a network.',
  },
} as const satisfies Readonly<Record<string, ProblemEntry>>;

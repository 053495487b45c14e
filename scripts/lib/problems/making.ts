/** VP9xx: the command line, the machine, ourselves. */
export const generalProblems = {
  VP901: {
    title: 'wrong command line',
    exitCode: 64,
    meaning: 'The verb has no such option, or an option lacks its value. Nothing was done.',
    fix: 'Look at the usage: npm run <verb> -- --help',
  },
  VP902: {
    title: 'a tool is missing',
    exitCode: 69,
    meaning: 'The step needs a program that this machine does not have, and that could not be installed.',
    fix: 'Install the named package.',
  },
  VP903: {
    title: 'no Docker engine answers',
    exitCode: 69,
    meaning: 'Builds and tests run on a Docker engine.',
    fix: 'Start it, or run the verb through npm run, which finds or starts one.',
  },
  VP904: {
    title: 'no space left',
    exitCode: 73,
    meaning: 'A disk is full: that of the project, or the one that the engine keeps its data on.',
    fix: 'Make room: docker system prune, rm -rf dist/sources dist/artifacts; then run the verb again, it goes on where it stopped.',
  },
  VP905: {
    title: 'interrupted',
    exitCode: 130,
    meaning: 'A signal ended the verb. What it had finished stays; what was half done is not used.',
    fix: 'Run it again: it goes on where it stopped.',
  },
  VP906: {
    title: 'another run is at work',
    exitCode: 75,
    meaning: 'A second process works on the same folder at this moment.',
    fix: 'Wait for it, or end it.',
  },
  VP907: {
    title: 'git or gh failed',
    exitCode: 69,
    meaning: 'The history of the project is read by git; pull requests and releases on GitHub are made by gh.',
    fix: 'Its own words above say why. In a workflow: fetch-depth 0 for the history, and the permission that the job needs for gh.',
  },
  VP999: {
    title: 'defect of the pipeline',
    exitCode: 70,
    meaning: 'Something happened that the pipeline did not foresee.',
    fix: 'Please report it with the output.',
  },
} as const satisfies Readonly<Record<string, ProblemEntry>>;

/** One problem that the pipeline reports. The code never changes its meaning. */
export interface ProblemEntry {
  readonly title: string;
  readonly exitCode: ExitCode;
  readonly meaning: string;
  readonly fix: string;
}

/**
 * Exit codes of the verbs, after sysexits.h: 64 command line, 65 data, 69 something outside does not answer, 70 our own
 * defect, 73 cannot write, 75 try again, 77 refused access. 1: the work itself failed. 130: interrupted.
 */
export type ExitCode = 1 | 64 | 65 | 69 | 70 | 73 | 75 | 77 | 130;

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
  VP221: {
    title: 'a kept Cargo.lock is missing, or another one',
    exitCode: 65,
    meaning:
      'The project keeps a Cargo.lock for a module whose repository has none, and modules/lock.json names its checksum. Nothing is fetched by another.',
    fix: 'Take modules/<name>/Cargo-<tag>.lock from the history, or let npm run resolve write it, where cargo is on the PATH; commit it with modules/lock.json.',
  },
  VP222: {
    title: 'cargo could not choose the crates',
    exitCode: 69,
    meaning: 'cargo generate-lockfile, which writes the Cargo.lock that the project keeps for a module, failed.',
    fix: 'Its own words above say why; then npm run resolve again.',
  },
  VP223: {
    title: 'the crates of a Cargo.lock cannot be fetched',
    exitCode: 65,
    meaning:
      'Crates are fetched from crates.io, each held against its checksum. The Cargo.lock names others (of a git repository or another registry), or has another form than cargo 1.53 and later write.',
    fix: 'Take a release of the module whose crates all come from crates.io.',
  },
  VP224: {
    title: 'a crate is not the one in Cargo.lock',
    exitCode: 65,
    meaning: 'Its SHA-256 differs from what Cargo.lock says. It is not used.',
    fix: 'Try again; if it stays so, look at the mirror (VALKEY_BUNDLE_CRATES_MIRROR).',
  },
  VP225: {
    title: 'a crate cannot be had',
    exitCode: 69,
    meaning: 'crates.io, or the mirror that VALKEY_BUNDLE_CRATES_MIRROR names, does not have the file, or refuses it.',
    fix: 'Check the address; without the variable that is static.crates.io.',
  },
} as const satisfies Readonly<Record<string, ProblemEntry>>;

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

/** VP3xx: the build of modules, the checks of what it gave, and the assembly of images. */
export const buildProblems = {
  VP301: {
    title: 'a build stage failed',
    exitCode: 1,
    meaning:
      'A step of a Dockerfile ended with an error. What was finished before stays in the cache of BuildKit; nothing of the failed one does.',
    fix: 'Read the end of the log, correct the source or the Dockerfile, and repeat the command.',
  },
  VP302: {
    title: 'the build left no module',
    exitCode: 1,
    meaning:
      'The build of a module ended without an error, and the file that its Dockerfile hands to finish.sh, or that its manifest names, is not there.',
    fix: 'Write the path of the module, from the root of its source, into the last step of its Dockerfile; its name there is that of `file` in module.yaml.',
  },
  VP303: {
    title: 'artifact for another machine',
    exitCode: 1,
    meaning: 'The ELF header of a module names another machine than the platform that it was built for.',
    fix: 'Build for the platform: remove what sets another target in the Dockerfile, or name it with --platform.',
  },
  VP304: {
    title: 'not a server module',
    exitCode: 1,
    meaning: 'A module must export ValkeyModule_OnLoad or RedisModule_OnLoad, and the server would refuse this one.',
    fix: 'Check that the Dockerfile takes the module out of its build, and that the build does not hide the symbol.',
  },
  VP305: {
    title: 'a library is missing in the image',
    exitCode: 1,
    meaning: 'A module needs a shared library that the base image does not have: it would not load.',
    fix: 'Link the library statically, or take a base image that has it.',
  },
  VP306: {
    title: 'a library in the image is too old',
    exitCode: 1,
    meaning:
      'A module needs a version of a symbol that the library in the base image does not define: it was linked against a newer one.',
    fix: 'Build on the base image itself, without packages that bring a newer libc or libstdc++.',
  },
  VP307: {
    title: 'not a shared library',
    exitCode: 1,
    meaning: 'The file that a module build left is not an ELF shared object, or is cut off.',
    fix: 'Check that the Dockerfile takes the module, and no other file, out of its build.',
  },
  VP309: {
    title: 'no buildx',
    exitCode: 69,
    meaning:
      'The build of a line is handed to docker buildx, which the docker client here does not have and the Debian archive did not give.',
    fix: 'Install the plugin buildx: docker buildx version must answer.',
  },
  VP310: {
    title: 'the build could not start',
    exitCode: 1,
    meaning: 'buildx refused the bake file, or ended before any step ran.',
    fix: 'Read what it said; a base image that cannot be fetched is the most frequent cause.',
  },
  VP311: {
    title: 'this machine cannot do that platform',
    exitCode: 69,
    meaning: 'Something of the platform has to run here, and neither this machine nor an emulation of it can.',
    fix: 'Run it on a machine of that platform, or register qemu-user with binfmt_misc.',
  },
  VP312: {
    title: 'the base is not the one in the lock',
    exitCode: 65,
    meaning:
      'The base of the line is made here from the Debian archive, and the server or a packaged module in it is another version, or another file, than modules/lock.json names.',
    fix: 'Where the base is the older, make it again: npm run image -- --rebuild-base. Where the lock is, take what the archive has now: npm run resolve -- --update --line LINE.',
  },
  VP321: {
    title: 'a build clones what the lock does not name',
    exitCode: 1,
    meaning:
      'A build gets the repositories that its manifest names, each at the commit in modules/lock.json. It asked for another one, which would have come in as it is today.',
    fix: 'Add it to `dependencies` of modules/<name>/module.yaml, with the ref that the build asks for; then npm run resolve, and the build again.',
  },
  VP322: {
    title: 'a build asks for the network',
    exitCode: 1,
    meaning: 'What a build needs is fetched before it, and pinned. It tried to download something else.',
    fix: 'Where that is a repository: add it to `dependencies` of modules/<name>/module.yaml. Else let the Dockerfile build without it.',
  },
  VP341: {
    title: 'a licence text is missing',
    exitCode: 65,
    meaning:
      'A part of others is linked into a module (a repository that its build clones, a submodule, a folder of third_party, a crate), and no file at its root holds its licence: the image could not show it.',
    fix: 'Name the file under build.linked.about of the module.yaml: another place in the source, or ./FILE beside it. What is not in the module stands under leaveOut, with the reason.',
  },
  VP342: {
    title: 'the licence data names a part that is not there',
    exitCode: 65,
    meaning:
      'build.linked of a module.yaml names a place that the fetched source of this version does not have, or that is no part of others.',
    fix: 'Correct the place, or take it out; since and below say for which versions of the module it counts.',
  },
  VP343: {
    title: 'a linked crate cannot be read',
    exitCode: 65,
    meaning:
      'Cargo.lock names a crate that is linked into the module, and the crates beside the source lack it, or a Cargo.toml is damaged.',
    fix: 'Fetch the source again: remove its folder below dist/sources, then npm run fetch.',
  },
  VP650: {
    title: 'this builder keeps no cache for others',
    exitCode: 69,
    meaning:
      "`npm run build -- --cache` writes BuildKit's cache into a folder. The builder of an engine without containerd's image store cannot.",
    fix: 'Use another builder (docker buildx create --use), or leave --cache out: the engine keeps a cache for itself in any case.',
  },
} as const satisfies Readonly<Record<string, ProblemEntry>>;

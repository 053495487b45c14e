import type { ProblemEntry } from './making.ts';

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

import type { ProblemEntry } from './entry.ts';

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

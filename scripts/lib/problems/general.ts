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

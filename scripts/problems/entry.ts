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

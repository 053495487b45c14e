import { PipelineError } from '../../scripts/lib/pipeline-error.ts';

/** The error that some work ends with; a test asserts its code, and the values that must be named in it. */
export async function problemOf(work: Promise<unknown>): Promise<PipelineError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof PipelineError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

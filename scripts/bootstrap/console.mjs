import process from 'node:process';

/** Progress and errors go to standard error: standard output belongs to the verb. */
export function say(line) {
  process.stderr.write(`[bootstrap] ${line}\n`);
}

/** A mistake or a lack that the reader can fix: shown as its message alone. */
export class BootstrapError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

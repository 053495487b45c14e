import { describe, expect, it } from 'vitest';
import { redactedArgv } from '../../../entrypoint/explain.ts';

describe('a command line for people', () => {
  it.each([
    [
      ['x.conf', '--port', '1'],
      ['x.conf', '--port', '1'],
    ],
    [
      ['--requirepass', 's3cret', '--port', '1'],
      ['--requirepass', '(redacted)', '--port', '1'],
    ],
    [['--requirepass s3cret'], ['--requirepass (redacted)']],
    [
      ['--user', 'alice', 'on', '>s3cret'],
      ['--user', '(redacted)', '(redacted)', '(redacted)'],
    ],
    [['--user alice on >s3cret ~*'], ['--user alice (redacted)']],
    [
      ['--primaryauth', '--s3cret'],
      ['--primaryauth', '(redacted)'],
    ],
    [
      ['--user alice on >s3cret', '~*'],
      ['--user alice (redacted)', '(redacted)'],
    ],
    [['requirepass'], ['requirepass']],
  ])('%j shows as %j', (args, expected) => {
    expect(
      redactedArgv(['valkey-server', ...args])
        .slice(1)
        .map((text) => text.trimEnd()),
    ).toEqual(expected);
  });

  it.each([
    ['x.conf', 'requirepass', 's3cret'],
    ['--port 1\nrequirepass s3cret'],
    ['--requirepass s3cret\nmasterauth s3cret\nport 1'],
    ['--port', '1\nrequirepass', '--requirepass', 's3cret'],
  ])('%j %j %j %j has no secret', (...args) => {
    expect(redactedArgv(['valkey-server', ...args].filter((text) => text !== undefined)).join(' ')).not.toContain(
      's3cret',
    );
  });

  it('keeps the number of its elements', () => {
    expect(redactedArgv(['valkey-server', '--requirepass', 'a', '--save', ''])).toHaveLength(5);
  });
});

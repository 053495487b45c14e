import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../../entrypoint/bytes.ts';
import { isSecretDirective, redactLine } from '../../../entrypoint/secrets.ts';

describe('a line with a secret', () => {
  it.each([
    ['requirepass s3cret', 'requirepass (redacted)'],
    ['  REQUIREPASS "s3cret', '  REQUIREPASS (redacted)'],
    ['masterauth s3cret', 'masterauth (redacted)'],
    ['primaryauth s3cret', 'primaryauth (redacted)'],
    ['tls-key-file-pass s3cret', 'tls-key-file-pass (redacted)'],
    ['ldap.search_bind_passwd s3cret', 'ldap.search_bind_passwd (redacted)'],
    ['user alice on >s3cret ~* +@all', 'user alice (redacted)'],
    ['user alice on #5e884898da28 <s3cret', 'user alice (redacted)'],
    ['port 7001requirepass s3cret', 'port 7001requirepass (redacted)'],
    ['# requirepass s3cret', '# requirepass (redacted)'],
    ['require"pass" s3cret', 'requirepass (redacted)'],
  ])('%j shows as %j', (line, expected) => expect(redactLine(bytesOf(line))).toBe(expected));

  it.each([
    'sentinel auth-pass mymaster s3cret',
    'sentinel sentinel-pass s3cret',
    '--requirepass s3cret',
    '"requirepass" "s3cret"',
  ])('%j does not show it', (line) => {
    expect(redactLine(bytesOf(line))).not.toBeNull();
    expect(redactLine(bytesOf(line))).not.toContain('s3cret');
  });

  it.each(['port 6379', 'protected-mode no', 'sentinel monitor mymaster 127.0.0.1 6379 2', '# a comment'])(
    '%j is none',
    (line) => expect(redactLine(bytesOf(line))).toBeNull(),
  );
});

it('the names of secret directives are compared without case', () => {
  expect([isSecretDirective('RequirePass'), isSecretDirective('port')]).toEqual([true, false]);
});

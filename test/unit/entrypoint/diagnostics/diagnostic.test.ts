import { describe, expect, it } from 'vitest';
import { diagnose, showDiagnostic, styleFor } from '../../../../entrypoint/diagnostics/diagnostic.ts';
import { showPlace } from '../../../../entrypoint/text/place.ts';
import { fileAt } from '../../../support/conf-lines.ts';

const plain = styleFor(false, undefined);

describe('a place', () => {
  it.each([
    [fileAt(3), '/etc/valkey/valkey.conf:3'],
    [{ kind: 'stdin', line: 2 } as const, 'stdin:2'],
    [{ kind: 'argument', index: 4 } as const, 'argv[4]'],
    [{ kind: 'variable', name: 'DEBUG' } as const, 'DEBUG'],
    [{ kind: 'image', path: '/b.json' } as const, 'image default (/b.json)'],
    [{ kind: 'directory', path: '/data' } as const, '/data'],
    [fileAt(1, '/x\u001b'), '/x\\x1b:1'],
  ])('%j shows as %s', (place, expected) => expect(showPlace(place)).toBe(expected));
});

describe('a diagnostic', () => {
  it('names its place, code and fix', () => {
    const shown = showDiagnostic(
      diagnose('VB105', 'a quote is not closed', { at: fileAt(3), column: 7, frame: '  | x', hint: 'close it' }),
      plain,
    );
    expect(shown).toBe(
      'valkey-bundle: /etc/valkey/valkey.conf:3:7: error VB105: a quote is not closed\n  | x\n  fix: close it\n',
    );
  });
  it('may have no place', () => {
    expect(showDiagnostic(diagnose('VB510', 'open', { hint: 'set one' }), plain)).toBe(
      'valkey-bundle: warning VB510: open\n  fix: set one\n',
    );
  });
  it('cannot act on the terminal', () => {
    const evil = diagnose('VB101', 'a\u001b[2J', { at: fileAt(1, '/\u001b'), hint: '\u001b' });
    expect(showDiagnostic(evil, plain)).not.toContain('\u001b');
  });
});

describe('colours', () => {
  it.each([
    [true, undefined, true],
    [true, '', true],
    [true, '1', false],
    [false, undefined, false],
  ])('on a terminal: %s, NO_COLOR: %j: %s', (isTerminal, noColor, expected) => {
    expect(styleFor(isTerminal, noColor).red('x') !== 'x').toBe(expected);
  });
});

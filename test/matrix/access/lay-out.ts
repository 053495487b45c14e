import { CONF, type LaidOut } from '../merge/lay-out.ts';
import type { Cell, Place, Value } from './cells.ts';
import { passwords } from './default-rules.ts';

const INCLUDED = '/data/conf/inc.conf';
export const ACL_FILE = '/data/conf/users.acl';
const PASSWORD_FILE = '/data/conf/password';

/** Writes a cell down. The include stands at the end of the file. */
export function layOut(cell: Cell): LaidOut {
  const at = (place: Place): string[] => linesAt(cell, place);
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
  const included = text(at('include'));
  const main = text([
    ...(cell.loads ? ['loadmodule /usr/lib/valkey/libjson.so'] : []),
    ...at('file'),
    ...(included === '' ? [] : [`include ${INCLUDED}`]),
  ]);
  const stdin = text(at('stdin'));
  const options = at('element').map((line) => `--${line}`);
  const flags = at('flags').map((line) => `--${line}`);
  const { variable, rule } = cell;
  return {
    command: ['valkey-server', ...(main === '' ? [] : [CONF]), ...options, ...(stdin === '' ? [] : ['-'])],
    env: {
      ...(variable !== null && { [variable]: variable === 'VALKEY_PASSWORD' ? passwords.given : PASSWORD_FILE }),
      ...(flags.length > 0 && { VALKEY_EXTRA_FLAGS: flags.join(' ') }),
    },
    files: {
      ...(main !== '' && { [CONF]: main }),
      ...(included !== '' && { [INCLUDED]: included }),
      ...(typeof rule.aclFile === 'string' && { [ACL_FILE]: rule.aclFile }),
      ...(variable === 'VALKEY_PASSWORD_FILE' && { [PASSWORD_FILE]: `${passwords.given}\n` }),
    },
    stdin: stdin === '' ? null : stdin,
  };
}

function linesAt(cell: Cell, place: Place): string[] {
  const { rule, primary, bind, protectedMode } = cell;
  const requirepass = cell.requirepass.filter((said) => said.place === place);
  const lines = requirepass.map(({ value }) => `requirepass ${wordFor(value)}`);
  if (place !== cell.place) return lines;
  return [
    ...(rule.line === undefined ? [] : [`user ${rule.line}`]),
    ...(rule.aclFile === undefined ? [] : [`aclfile ${rule.aclFile === null ? '""' : ACL_FILE}`]),
    ...lines,
    ...(primary === null ? [] : [`${primary.name} ${wordFor(primary.value)}`]),
    ...(bind.words === null ? [] : [`bind ${bind.words}`]),
    ...(protectedMode === null ? [] : [`protected-mode ${protectedMode}`]),
  ];
}

function wordFor(value: Value): string {
  return value === 'empty' ? '""' : passwords[value];
}

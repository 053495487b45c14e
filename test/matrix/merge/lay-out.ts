import type { Cell, Stance, Statement } from './cells.ts';
import type { Subject } from './subjects.ts';

/** A cell as a container gets it: command, variables, files and standard input. */
export interface LaidOut {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly stdin: string | null;
}

export const CONF = '/data/conf/x.conf';
const INCLUDED = '/data/conf/inc.conf';

/** Writes a cell down. The include stands at the end of the file; words of their own stand at the end of the command line. */
export function layOut({ subject, statements }: Cell): LaidOut {
  const at = (place: Statement['place']) => statements.filter((statement) => statement.place === place);
  const text = (place: Statement['place']) =>
    at(place)
      .map((statement) => `${lineOf(subject, statement)}\n`)
      .join('');
  const included = text('include');
  const main = `${text('file')}${included === '' ? '' : `include ${INCLUDED}\n`}`;
  const stdin = text('stdin');
  const [environment] = at('environment');
  const options = [
    ...(at('image').length > 0 ? ['--cluster-enabled', 'yes'] : []),
    ...at('element').map((statement) => `--${lineOf(subject, statement)}`),
    ...at('words').flatMap(({ stance }) => ['--loadmodule', subject.path, ...loadWords(subject, stance)]),
  ];
  return {
    command: ['valkey-server', ...(main === '' ? [] : [CONF]), ...options, ...(stdin === '' ? [] : ['-'])],
    env: {
      ...subject.env,
      ...(environment && { [subject.variable]: loadWords(subject, environment.stance).join(' ') }),
    },
    files: { ...(main !== '' && { [CONF]: main }), ...(included !== '' && { [INCLUDED]: included }) },
    stdin: stdin === '' ? null : stdin,
  };
}

function lineOf(subject: Subject, { form, stance }: Statement): string {
  if (form === 'load') return ['loadmodule', subject.path, ...loadWords(subject, stance)].join(' ');
  if (stance === 'unknown') return `${subject.prefix}.${UNKNOWN} 5`;
  const value = valueFor(subject, stance);
  return `${subject.prefix}.${subject.option} ${value === '' ? 'yes' : value}`;
}

const UNKNOWN = 'no-such-option';

/** The words of a stance as the module documents them. */
export function loadWords(subject: Subject, stance: Stance): string[] {
  if (stance === 'bare') return [];
  const dashes = subject.style === 'flag' || subject.style === 'flags' ? '--' : '';
  if (stance === 'unknown') return [`${dashes}${UNKNOWN}`, '5'];
  const value = valueFor(subject, stance);
  return [`${dashes}${subject.option}`, ...(value === '' ? [] : [value])];
}

/** The directive that says the same as an argument. */
export function directiveOf(subject: Subject, stance: Stance): { readonly name: string; readonly value: string } {
  if (stance === 'unknown') return { name: `${subject.prefix}.${UNKNOWN}`, value: '5' };
  return { name: `${subject.prefix}.${subject.option}`, value: valueFor(subject, stance) };
}

function valueFor({ values }: Subject, stance: Stance): string {
  if (stance === 'same' || stance === 'different') return values[stance];
  return stance === 'invalid' ? (values.invalid ?? '') : '';
}

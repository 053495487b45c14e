import { type Subject, subjects } from './subjects.ts';

/** Where something is said, from the weakest place to the strongest. `words` is the command line, one element for each word. */
const places = ['image', 'environment', 'file', 'include', 'stdin', 'element', 'words'] as const;
export type Place = (typeof places)[number];

/** As arguments of the module (a load line, the variable, an image default), or as a directive of its own. */
type Form = 'load' | 'setting';

/** `bare` is a load line without the option. What says nothing at all is no statement. */
export const stances = ['bare', 'same', 'different', 'unknown', 'invalid'] as const;
export type Stance = (typeof stances)[number];

export interface Statement {
  readonly place: Place;
  readonly form: Form;
  readonly stance: Stance;
}

/** Who runs the container. `sealed` is a read-only root file system on which nothing at all can be written. */
export const circumstances = ['root', 'arbitrary user', 'read-only root', 'sealed'] as const;
export type Circumstance = (typeof circumstances)[number];

/** One cell of the matrix: what is said where about one option, and who starts it. */
export interface Cell {
  readonly subject: Subject;
  readonly circumstance: Circumstance;
  /** In the order of `places`, each place and form at most once; the setting stands before the load line. */
  readonly statements: readonly Statement[];
}

/** The places of a configuration that can hold both forms, and the others with the one form that they have. */
export const seats: ReadonlyArray<Pick<Statement, 'place' | 'form'>> = [
  { place: 'image', form: 'load' },
  { place: 'environment', form: 'load' },
  ...(['file', 'include', 'stdin'] as const).flatMap((place) => [
    { place, form: 'setting' } as const,
    { place, form: 'load' } as const,
  ]),
  { place: 'element', form: 'setting' },
  { place: 'element', form: 'load' },
  { place: 'words', form: 'load' },
];

/** Every statement that can be made about a subject from one seat. */
export function statementsFor(subject: Subject, { place, form }: Pick<Statement, 'place' | 'form'>): Statement[] {
  if (place === 'image') return subject.style === 'flag' ? [{ place, form, stance: 'same' }] : [];
  return stances
    .filter((stance) => stance !== 'bare' || (form === 'load' && place !== 'environment'))
    .filter((stance) => stance !== 'invalid' || subject.values.invalid !== null)
    .map((stance) => ({ place, form, stance }));
}

/** Every cell in which at most one place says something. */
export function singleCells(): Cell[] {
  return subjects.flatMap((subject) => {
    const single = seats.flatMap((seat) => statementsFor(subject, seat).map((only) => [only]));
    return [[], ...single].flatMap((statements) => underAll(subject, statements));
  });
}

/**
 * Every cell in which two places say something: a file beside the command line for everyone who may start it, of the other pairs each for
 * one of them, in turn.
 */
export function pairCells(): Cell[] {
  return subjects.flatMap((subject) =>
    pairsFor(subject).flatMap((statements, index) => {
      const cells = underAll(subject, statements);
      return isAboutPrecedence(statements) ? cells : cells.slice(index % cells.length, (index % cells.length) + 1);
    }),
  );
}

/** Cells in which two places agree or disagree, and the environment says something beside them: the stronger of the two counts. */
export function tripleCells(): Cell[] {
  return subjects.flatMap((subject) =>
    pairsFor(subject)
      .filter((pair) => pair.every(({ place, stance }) => place !== 'environment' && isValid(stance)))
      .map(([weaker, stronger], index) => {
        const environment: Statement = { place: 'environment', form: 'load', stance: 'same' };
        const statements = [environment, weaker, stronger].filter((statement) => statement !== undefined);
        const inOrder = statements.sort((a, b) => places.indexOf(a.place) - places.indexOf(b.place));
        return { subject, circumstance: circumstances[index % circumstances.length] ?? 'root', statements: inOrder };
      }),
  );
}

function isValid(stance: Stance): boolean {
  return stance === 'same' || stance === 'different';
}

function pairsFor(subject: Subject): Statement[][] {
  return seats.flatMap((first, index) =>
    seats
      .slice(index + 1)
      .flatMap((second) =>
        statementsFor(subject, first).flatMap((weaker) =>
          statementsFor(subject, second).map((stronger) => [weaker, stronger]),
        ),
      ),
  );
}

function isAboutPrecedence(statements: readonly Statement[]): boolean {
  const spoken = statements.map(({ place }) => place);
  return spoken.includes('file') && spoken.includes('element');
}

function underAll(subject: Subject, statements: readonly Statement[]): Cell[] {
  return circumstances.map((circumstance) => ({ subject, circumstance, statements }));
}

const PLACE_TITLES: Readonly<Record<Place, string>> = {
  image: 'image default',
  environment: 'environment',
  file: 'file',
  include: 'included file',
  stdin: 'standard input',
  element: 'command line',
  words: 'command line, word by word',
};

export function titleOfPlace(place: Place): string {
  return PLACE_TITLES[place];
}

/** The cell in words, for titles and failures. */
export function titleOf({ subject, circumstance, statements }: Cell): string {
  const said = statements.map(({ place, form, stance }) => `${stance} as ${form} in ${titleOfPlace(place)}`);
  return `${subject.title}, ${circumstance}: ${said.length === 0 ? 'nothing said' : said.join('; ')}`;
}

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

import {
  crossedCells,
  productCells as productCellsOfAccess,
  requirepassCells,
} from '../../test/matrix/access/cells.ts';
import { coveringSample as coveringAccess } from '../../test/matrix/access/covering.ts';
import {
  type Cell,
  pairCells,
  type Stance,
  type Statement,
  seats,
  singleCells,
  statementsFor,
  titleOfPlace,
  tripleCells,
} from '../../test/matrix/merge/cells.ts';
import { coveringSample } from '../../test/matrix/merge/covering.ts';
import { loadWords } from '../../test/matrix/merge/lay-out.ts';
import { expectedOf } from '../../test/matrix/merge/oracle.ts';
import { productCells } from '../../test/matrix/merge/product.ts';
import { type Subject, subjects } from '../../test/matrix/merge/subjects.ts';
import { type GeneratedFile, page } from './pages.ts';

/**
 * docs/merge-matrix.md: the cells that are compared, and the outcomes where the environment and one other place speak
 * about one option.
 */
export function mergeMatrix(): GeneratedFile {
  const [singles, pairs, triples] = [singleCells().length, pairCells().length, tripleCells().length];
  const product = subjects.flatMap(productCells).length;
  const sample = coveringSample().length;
  return page('merge-matrix.md', 'The merge', 'the rules in test/matrix/merge/', [
    'One option of each module is said, or not, in any of the places: the image, the environment, the configuration file, an included',
    'file, standard input, and the command line (as one element, and word by word); as a load argument or as a directive; with the',
    'same value, a different one, one that the module does not take, or under a name that it does not know. `bare` is a load line',
    'without the option. What must come out is computed by `test/matrix/merge/oracle.ts` from the rules alone; this page shows it, for root,',
    'where the environment and one other place speak.',
    '',
    '| cells | what | where they are compared |',
    '| --- | --- | --- |',
    `| ${singles} | every way to say it in one place or none, by everyone: root, an arbitrary user, on a read-only root file system, and where nothing can be written | recorded host, every run |`,
    `| ${pairs} | every two ways to say it, also in one place; by everyone where the environment speaks, or the file and an option, and else by each in turn | recorded host, every run |`,
    `| ${triples} | the environment beside every two other ways to give a valid value, by each in turn | recorded host, every run |`,
    '| 1500 | any number of places, at random | recorded host, every run |',
    `| ${product} | the whole product: environment, file, included file, standard input and command line, each absent or with the same, a different, an unknown or an invalid option, by root, an arbitrary user and on a read-only root; argument or directive, and the form of the command line, in turn; of an option that takes any value no invalid one | recorded host, \`npm run test:full\` |`,
    `| ${sample} | a covering sample: every two of the five places at any two levels, each level of each place with each module and user, every two ways to say it beside each other on a server that runs | real servers, every run, with CONFIG REWRITE and a restart |`,
    '',
    'Columns: what the environment says. `added`, `kept` and `merged` are the decision, then come the words on the load line, `+` a',
    'directive that is added, and the warnings. *copy* and *wrapper*: the server reads an effective configuration. *ends*: the module',
    'or the server itself ends over it, with exit code 1. **refused**: the start ends before, with exit code 78.',
    '',
    ...subjects.flatMap(section),
    ...accessSection(),
  ]);
}

function accessSection(): string[] {
  const [product, crossed, places, sample] = [productCellsOfAccess, crossedCells, requirepassCells, coveringAccess].map(
    (cells) => cells().length,
  );
  return [
    '## Who gets in',
    '',
    'What sets the user default is compared in the same way, by the rules of `test/matrix/access/expected.ts`: a password of the environment or',
    'none; `requirepass` with the same, another or an empty one; a `user` line or an ACL file with one of many rules for the user default,',
    'for another user alone, or with nothing; a password for the primary; addresses to listen at; and protected mode. Who then gets in without a',
    'password and with each, from loopback and from elsewhere, which warnings stand in the log, and what a real server answers, is one matter.',
    '',
    '| cells | what | where they are compared |',
    '| --- | --- | --- |',
    `| ${crossed} | every rule, password, requirepass, address and mode beside each other, and each of the first three with every password for the primary; where they stand, and who starts it, in turn | recorded host, every run |`,
    `| ${places} | requirepass in each of the five places at once, or not, with every value | recorded host, every run |`,
    `| ${product} | the whole product | recorded host, \`npm run test:full\` |`,
    `| ${sample} | a covering sample | real servers, every run |`,
    '',
  ];
}

function section(subject: Subject): string[] {
  const columns = [null, ...statementsFor(subject, { place: 'environment', form: 'load' })];
  const words = (stance: Stance) => `\`${loadWords(subject, stance).join(' ')}\``;
  const rows = new Map<string, string[]>();
  for (const said of [null, ...seats.filter(isOther).flatMap((seat) => statementsFor(subject, seat))]) {
    const outcomes = columns.map((environment) => outcomeOf(subject, environment, said));
    const what = said === null ? 'nothing' : `${said.form === 'load' ? 'load line' : 'directive'}, ${said.stance}`;
    const key = `${what} | ${outcomes.join(' | ')}`;
    rows.set(key, [...(rows.get(key) ?? []), said === null ? '' : titleOfPlace(said.place)]);
  }
  return [
    `## ${subject.title[0]?.toUpperCase()}${subject.title.slice(1)}`,
    '',
    `\`${subject.variable}\`; ${columns.flatMap((said) => (said === null ? [] : [`${said.stance}: ${words(said.stance)}`])).join(', ')}.`,
    '',
    `| elsewhere | where | ${columns.map((said) => (said === null ? 'nothing' : said.stance)).join(' | ')} |`,
    `| --- | --- |${columns.map(() => ' --- |').join('')}`,
    ...[...rows].map(([key, places]) => `| ${key.replace(' | ', ` | ${places.join(', ')} | `)} |`),
    '',
  ];
}

function isOther({ place }: Pick<Statement, 'place'>): boolean {
  return place !== 'environment';
}

function outcomeOf(subject: Subject, environment: Statement | null, said: Statement | null): string {
  const statements = seats.flatMap(({ place, form }) =>
    [environment, said].filter((one): one is Statement => one?.place === place && one.form === form),
  );
  const cell: Cell = { subject, circumstance: 'root', statements };
  const expected = expectedOf(cell);
  if (expected.kind === 'refused') return `**refused** ${[...new Set(expected.codes)].join(', ')}`;
  const { decision, args, directives, codes, effective, serverRuns } = expected;
  return [
    decision,
    ...(args.length > 0 ? [`\`${args.join(' ')}\``] : []),
    ...directives.map(({ name, value, secret }) => `+ \`${name} ${secret ? '(redacted)' : value}\``),
    ...(effective === 'none' ? [] : [effective === 'lifted' ? '*copy*' : '*wrapper*']),
    ...(serverRuns ? [] : ['*ends*']),
    ...codes.filter((code) => code !== 'VB504'),
  ].join(' ');
}

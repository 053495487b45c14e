import { renderLine } from '../conf/tokenize.ts';
import { redactedArgv, saidOf, showExtra } from '../explain.ts';
import type { Merged } from '../modules/merge.ts';
import type { ExtraDirective } from '../modules/precedence.ts';
import type { StartPlan } from '../plan.ts';
import { bytesOf, printable, textOf } from '../text/bytes.ts';
import { type Place, showPlace } from '../text/place.ts';
import { redactLine } from '../text/secrets.ts';
import { type Card, type Drawing, type Hue, type Row, svgOf } from './drawing.ts';

/**
 * The plan as a picture (SVG): where things were said on the left, what was decided in the middle, what the server gets
 * on the right. It shows what the plan's text shows, secrets hidden by the same functions; long values are shortened.
 */
export function pictureOf(plan: StartPlan): string {
  const said = saidIn(plan);
  const result = resultOf(plan);
  return svgOf({
    title: 'How this start is decided',
    description: describe(plan),
    columns: [
      { title: 'Said, the strongest first', cards: sourceCards(said, plan) },
      { title: 'Decided', cards: decisionCards(plan) },
      { title: 'What the server gets', cards: result.cards },
    ],
    links: [...said.flatMap(linkOf), ...result.links],
  });
}

/** Something that a place said, and the row of the middle column that heard it. */
interface Said {
  readonly at: Place;
  /** What it says beside being there; null where the place says it all. */
  readonly text: string | null;
  readonly to: string;
}

function saidIn(plan: StartPlan): Said[] {
  const modules = plan.modules.flatMap((merged, index): Said[] => {
    const name = printable(merged.module.name);
    const own: Said = { at: merged.at, text: saysOf(merged, name), to: moduleAnchor(index) };
    const args = saidOf(merged).flatMap(({ text, argument }, number): Said[] => {
      const { at, overriddenAt } = argument;
      const heard = { at, text: printable(text), to: argumentAnchor(index, number) };
      if (overriddenAt === undefined) return [heard];
      return [heard, { at: overriddenAt, text: null, to: overriddenAnchor(index, number) }];
    });
    return [own, ...args];
  });
  const directives = plan.directives.map((extra, index) => ({
    at: extra.at,
    text: extra.secret ? null : printable(showExtra(extra).text),
    to: directiveAnchor(index),
  }));
  return [...modules, ...directives];
}

function saysOf({ verdict, load }: Merged, name: string): string | null {
  if (verdict === 'skipped') return `not ${name}`;
  return load?.line === null ? null : `loads ${name}`;
}

const moduleAnchor = (index: number): string => `module ${index}`;
const argumentAnchor = (index: number, number: number): string => `module ${index} argument ${number}`;
const overriddenAnchor = (index: number, number: number): string => `${argumentAnchor(index, number)} overridden`;
const directiveAnchor = (index: number): string => `directive ${index}`;
const placeAnchor = (at: Place): string => `${at.kind} ${showPlace(at)}`;

function linkOf({ at, to }: Said): Drawing['links'] {
  return [{ gap: 0, from: placeAnchor(at), to, hue: hueOf(at) }];
}

function hueOf(at: Place): Hue {
  switch (at.kind) {
    case 'argument':
    case 'variable':
    case 'file':
    case 'image':
      return at.kind;
    case 'stdin':
      return 'file';
    case 'directory':
      return 'found';
  }
}

const SOURCES: ReadonlyArray<readonly [hue: Hue, title: string]> = [
  ['argument', 'command line'],
  ['file', 'configuration'],
  ['variable', 'environment'],
  ['image', 'image'],
  ['found', 'modules found'],
];

/** Files that say nothing about modules are named up to this number, and counted behind it. */
const SILENT_FILES = 3;

function sourceCards(said: readonly Said[], { files }: StartPlan): Card[] {
  return SOURCES.flatMap(([hue, title]) => {
    const here = said.filter(({ at }) => hueOf(at) === hue);
    const places = new Map(here.map(({ at }) => [placeAnchor(at), at]));
    const rows = [...places].flatMap(([anchor, at]) => {
      const texts = here.filter((one) => placeAnchor(one.at) === anchor).map(({ text }) => text);
      return rowsOfPlace(anchor, at, [...new Set(texts)]);
    });
    if (hue === 'file') rows.push(...silentFiles(files, said));
    return rows.length === 0 ? [] : [{ title, hue, rows }];
  });
}

function rowsOfPlace(anchor: string, at: Place, texts: ReadonlyArray<string | null>): Row[] {
  const said = texts.filter((text) => text !== null);
  return [
    { text: showPlace(at), look: said.length === 0 ? 'plain' : 'dim', anchor },
    ...said.map((text): Row => ({ text, dot: hueOf(at) })),
  ];
}

function silentFiles(files: readonly string[], said: readonly Said[]): Row[] {
  const speaking = new Set(said.map(({ at }) => (at.kind === 'file' ? at.path : null)));
  const silent = files.filter((file) => !speaking.has(file));
  const rest = silent.length - SILENT_FILES;
  return [
    ...silent.slice(0, SILENT_FILES).map((file): Row => ({ text: printable(file), look: 'dim' })),
    ...(rest > 0 ? [{ text: `and ${rest} more files`, look: 'dim' } as const] : []),
  ];
}

function decisionCards(plan: StartPlan): Card[] {
  return [
    ...(plan.modules.length === 0 ? [{ title: WITHOUT_MODULES[plan.mode], rows: [] }] : []),
    ...moduleCards(plan),
    ...cardOf(
      'directives added',
      plan.directives.map((extra, index) => ({
        text: printable(showExtra(extra).text),
        dot: hueOf(extra.at),
        anchor: directiveAnchor(index),
      })),
    ),
    ...(plan.mode === 'start'
      ? [{ title: 'configuration', anchor: CONFIGURATION, rows: [{ text: HOW[plan.how], look: 'dim' } as const] }]
      : []),
    ...cardOf(
      'messages',
      plan.diagnostics.flatMap(({ code, severity, message }): Row[] => [
        { text: `${code} ${severity}` },
        { text: printable(message), look: 'dim' },
      ]),
    ),
  ];
}

const WITHOUT_MODULES: Readonly<Record<StartPlan['mode'], string>> = {
  start: 'no modules found',
  sentinel: 'a sentinel takes no modules',
  query: 'it prints and ends: no modules',
};

const HOW: Readonly<Record<StartPlan['how'], string>> = {
  options: 'used as it is: what is added goes on the command line',
  wrapper: 'an effective one loads something first, then includes yours',
  lifted: 'an effective one is written: your text, with the load lines that were decided',
};

const CONFIGURATION = 'configuration';

function cardOf(title: string, rows: readonly Row[]): Card[] {
  return rows.length === 0 ? [] : [{ title, rows }];
}

/** In the order in which they are loaded, what is not loaded behind them: few lines to the right cross each other. */
function moduleCards({ modules, loads }: StartPlan): Card[] {
  const orderOf = ({ module }: Merged): number => {
    const position = loads.findIndex((load) => load.module === module);
    return position < 0 ? loads.length : position;
  };
  return modules
    .map((merged, index) => ({ card: moduleCard(merged, index), order: orderOf(merged) }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ card }) => card);
}

function moduleCard(merged: Merged, index: number): Card {
  const { module, verdict, reason, at } = merged;
  return {
    title: printable(module.name),
    badge: verdict,
    anchor: moduleAnchor(index),
    hue: hueOf(at),
    rows: [
      { text: reason, look: 'dim' },
      ...saidOf(merged).flatMap(({ text, argument }, number): Row[] => {
        const { at: place, overriddenAt } = argument;
        const row: Row = { text: printable(text), dot: hueOf(place), anchor: argumentAnchor(index, number) };
        if (overriddenAt === undefined) return [row];
        const by = `overridden by ${showPlace(overriddenAt)}`;
        return [
          { ...row, look: 'struck' },
          { text: by, look: 'dim', dot: hueOf(overriddenAt), anchor: overriddenAnchor(index, number) },
        ];
      }),
    ],
  };
}

/** The right column, and the lines that lead to it: from a load to where it stands now, likewise a directive. */
function resultOf(plan: StartPlan): { cards: Card[]; links: Drawing['links'] } {
  const shown = redactedArgv(plan.argv);
  const words = plan.argv.map(wordsIn);
  const effective = effectiveLines(plan);
  const places = [
    ...effective.map(({ words: held }, index) => ({ anchor: lineAnchor(index), words: held })),
    ...words.map((held, index) => ({ anchor: elementAnchor(index), words: held })).slice(1),
  ];
  const placeOf = (word: string): string | undefined => places.find(({ words: held }) => held.includes(word))?.anchor;
  const loads = plan.modules.flatMap(({ load }, index) => {
    if (load === null) return [];
    // A line that stays in the user's file comes with that, which is the first argument.
    const to = placeOf(wordsIn(textOf(renderLine([load.path])))) ?? elementAnchor(1);
    return [{ gap: 1, from: moduleAnchor(index), to, hue: 'result' } as const];
  });
  const directives = extrasOf(plan).flatMap(({ extra: { name, secret }, from }) => {
    const to = placeOf(secret ? SECRETS_FILE : ` --${textOf(name)} `);
    return to === undefined ? [] : [{ gap: 1, from, to, hue: 'result' } as const];
  });
  const written =
    effective.length === 0 ? [] : [{ gap: 1, from: CONFIGURATION, to: EFFECTIVE, hue: 'result' } as const];
  return {
    cards: [
      {
        title: 'argv',
        rows: shown.map((element, index) => ({
          text: element === '' ? '""' : printable(element.trimEnd()),
          anchor: elementAnchor(index),
          dot: 'result',
        })),
      },
      ...(plan.effectiveConf === null
        ? []
        : [
            {
              title: 'effective configuration',
              anchor: EFFECTIVE,
              rows: [
                { text: printable(plan.effectiveConf.path), look: 'dim' } as const,
                ...effective.map(({ text }, index): Row => ({ text, anchor: lineAnchor(index), dot: 'result' })),
              ],
            },
          ]),
      processCard(plan),
    ],
    links: [...loads, ...directives, ...written],
  };
}

/** Every directive that the plan adds, with its row in the middle column. */
function extrasOf(plan: StartPlan): { extra: ExtraDirective; from: string }[] {
  const ofModules = plan.modules.flatMap(({ load, directives }, index) =>
    directives.map((extra, number) => ({ extra, from: argumentAnchor(index, (load?.args.length ?? 0) + number) })),
  );
  return [...ofModules, ...plan.directives.map((extra, index) => ({ extra, from: directiveAnchor(index) }))];
}

const EFFECTIVE = 'effective configuration';
const SECRETS_FILE = '/secrets.conf ';
const elementAnchor = (index: number): string => `argv ${index}`;
const lineAnchor = (index: number): string => `line ${index}`;

/** A text whose words stand between single blanks. */
function wordsIn(text: string): string {
  return ` ${text.trim().replace(/\s+/g, ' ')} `;
}

/** What the effective configuration loads and includes. */
function effectiveLines({ effectiveConf }: StartPlan): { text: string; words: string }[] {
  const lines = effectiveConf === null ? [] : textOf(effectiveConf.text).split('\n');
  return lines
    .filter((line) => /^(loadmodule|include) /.test(line))
    .map((line) => ({ text: printable(redactLine(bytesOf(line)) ?? line), words: wordsIn(line) }));
}

function processCard({ program, user, dataDirectory, cluster }: StartPlan): Card {
  const { from, to, name } = user;
  const isChanged = from.uid !== to.uid;
  const rows: Row[] = [
    { text: printable(program.path) },
    { text: isChanged ? `as ${name} (${to.uid}:${to.gid})` : `as ${to.uid}:${to.gid}` },
    ...(isChanged ? [{ text: `started as ${from.uid}:${from.gid}`, look: 'dim' } as const] : []),
    { text: `in ${printable(dataDirectory)}` },
  ];
  if (cluster !== null)
    rows.push({ text: `stale addresses in ${printable(cluster.nodesFile)} are refreshed`, look: 'dim' });
  return { title: 'program', rows };
}

/** The picture in words, for those who do not see it. */
function describe(plan: StartPlan): string {
  const modules = plan.modules.map((merged) => {
    const args = saidOf(merged).map(({ text, argument }) => `${text} from ${showPlace(argument.at)}`);
    return `${merged.module.name} is ${merged.verdict}${args.length === 0 ? '' : `: ${args.join(', ')}`}.`;
  });
  return printable([...modules, `Command line: ${redactedArgv(plan.argv).join(' ')}`].join(' '));
}

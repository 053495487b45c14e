import { type BenchReport, type Ratio, verdict } from './page.ts';

const WIDTH = 800;
/** Where the bars begin, and the most that they may take. */
const BARS = { x: 262, width: 306 };
const VERDICTS = 584;
const TOP = 84;
const ROW = 46;
const BAR = 16;
/** Characters at 12 pixels that fit beside the bars, in the widest of the fixed-width fonts that browsers choose. */
const LABEL_CELLS = 31;

/**
 * docs/pictures/benchmark.svg: the ratios of docs/benchmark.md as bars beside their goals, for a light and a dark page.
 * It is drawn from the numbers as that page shows them.
 */
export function benchmarkChart({ date, ratios }: Pick<BenchReport, 'date' | 'ratios'>): string {
  const rows = ratios.map((ratio) => ({ ...ratio, median: Math.round(ratio.median * 100) / 100 }));
  const most = Math.max(1, Math.ceil(Math.max(...rows.flatMap(({ median, goal }) => [median, goal ?? 0]))));
  const at = (value: number): number => BARS.x + Math.round((value / most) * BARS.width);
  const bottom = TOP + rows.length * ROW;
  const height = bottom + 50;
  const step = Math.ceil(most / 8);
  const marks = Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
  const said = rows.map(({ what, against, median, goal }) => `${what} against ${against}: ${shown({ median, goal })}`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">`,
    '<!-- Written by npm run bench, together with docs/benchmark.md. -->',
    `<title id="title">${escaped(`How fast it starts, measured on ${date}`)}</title>`,
    `<desc id="desc">${escaped(`How many times as long each takes as what it ran in turns with. ${said.join('. ')}.`)}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>`,
    text(14, 28, 'heading', `How fast it starts, measured on ${date}`),
    text(14, 52, 'column', 'How many times as long as what it ran in turns with: shorter is better'),
    ...marks.flatMap((value) => [
      `<path class="${value === 1 ? 'same' : 'grid'}" d="M${at(value)} ${TOP - 8}V${bottom}"/>`,
      text(at(value), bottom + 18, 'axis', String(value)),
    ]),
    text(BARS.x, bottom + 36, 'dim', '1: as long as the other'),
    `<path class="goal" d="M${VERDICTS} ${bottom + 24}v14"/>`,
    text(VERDICTS + 10, bottom + 36, 'dim', 'the goal'),
    ...rows.flatMap((ratio, index) => bar(ratio, TOP + index * ROW, at)),
    '</svg>\n',
  ].join('\n');
}

function bar(ratio: Ratio, top: number, at: (value: number) => number): string[] {
  const { what, against, median, goal } = ratio;
  const look = goal === null ? 'told' : median <= goal ? 'met' : 'missed';
  const middle = top + ROW / 2 - 4;
  const width = Math.max(1, at(median) - BARS.x);
  return [
    text(14, top + 14, 'name', short(what)),
    text(14, top + 31, 'dim', short(`against ${against}`)),
    `<rect class="bar ${look}" x="${BARS.x}" y="${middle - BAR / 2}" width="${width}" height="${BAR}" rx="3"/>`,
    ...(goal === null ? [] : [`<path class="goal" d="M${at(goal)} ${middle - BAR / 2 - 5}v${BAR + 10}"/>`]),
    text(VERDICTS, top + 14, 'name', `${median.toFixed(2)}${goal === null ? '' : `, goal ${goal.toFixed(2)}`}`),
    text(VERDICTS, top + 31, 'dim', goal === null ? 'no goal' : verdict({ median, goal })),
  ];
}

function shown({ median, goal }: Pick<Ratio, 'median' | 'goal'>): string {
  return goal === null
    ? median.toFixed(2)
    : `${median.toFixed(2)}, goal ${goal.toFixed(2)}, ${verdict({ median, goal })}`;
}

function short(label: string): string {
  return label.length > LABEL_CELLS ? `${label.slice(0, LABEL_CELLS - 1)}…` : label;
}

function text(x: number, y: number, look: string, content: string): string {
  return `<text class="${look}" x="${x}" y="${y}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const MONO = 'ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace';
const STYLE = [
  `text{font:12px ${MONO};fill:#1f2328}`,
  '.heading{font:600 16px system-ui,-apple-system,"Segoe UI",sans-serif}',
  '.column{font:600 13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#59636e}',
  '.name{font-weight:700}.dim,.axis{fill:#59636e}.axis{text-anchor:middle}',
  '.page{fill:#fff;stroke:#d1d9e0}.grid,.same,.goal{fill:none}.grid{stroke:#d1d9e0}.same{stroke:#818b98}',
  '.goal{stroke:#1f2328;stroke-width:3}.met{fill:#2da44e}.missed{fill:#d4a72c}.told{fill:#818b98}',
  '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.column,.dim,.axis{fill:#9198a1}',
  '.page{fill:#0d1117;stroke:#3d444d}.grid{stroke:#3d444d}.same{stroke:#7d8590}',
  '.goal{stroke:#e6edf3}.met{fill:#2ea043}.missed{fill:#bb8009}.told{fill:#656c76}}',
].join('');

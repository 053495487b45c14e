/** Where a word comes from decides the colour of its dot and of the line that leads to it. */
export type Hue = 'argument' | 'file' | 'variable' | 'image' | 'found' | 'result';

/** One thing that a card says: as many lines as it needs, at most `most`. */
export interface Row {
  readonly text: string;
  readonly look?: 'plain' | 'dim' | 'struck';
  readonly dot?: Hue;
  /** The name under which lines lead to this row and away from it. */
  readonly anchor?: string;
  readonly most?: number;
}

export interface Card {
  readonly title: string;
  readonly badge?: string;
  /** The name under which lines lead to the title. */
  readonly anchor?: string;
  readonly hue?: Hue;
  readonly rows: readonly Row[];
}

interface Column {
  readonly title: string;
  readonly cards: readonly Card[];
}

/** Three columns of cards, and lines from the rows of one to the rows of the next. */
export interface Drawing {
  readonly title: string;
  readonly description: string;
  readonly columns: readonly [Column, Column, Column];
  /** A line whose ends are not both there is left out. `gap`: behind which column it is drawn. */
  readonly links: ReadonlyArray<{ readonly gap: 0 | 1; readonly from: string; readonly to: string; readonly hue: Hue }>;
}

const WIDTH = 800;
const COLUMNS = [
  { x: 14, width: 214 },
  { x: 264, width: 258 },
  { x: 558, width: 228 },
] as const;
const TOP = 66;
const LINE = 17;
const PADDING = 10;
/** Between a dot, or the edge of a card, and its text. */
const INDENT = 12;
/** Pixels of one character at 12 pixels: no fixed-width font that browsers choose is wider than 0.61 em. */
const CELL = 7.4;
const BADGE_CELL = 6.8;
const MOST_LINES = 6;

/** The drawing as SVG, 800 wide, for a light and a dark page; everything in it is escaped, nothing overlaps. */
export function svgOf({ title, description, columns, links }: Drawing): string {
  const anchors = COLUMNS.map(() => new Map<string, number>());
  const drawn = columns.map((column, index) =>
    drawColumn(column, COLUMNS[index] ?? COLUMNS[0], anchors[index] ?? new Map()),
  );
  const height = Math.max(...drawn.map(({ bottom }) => bottom)) + 14;
  const paths = links.flatMap(({ gap, from, to, hue }) => {
    const [start, end] = [anchors[gap]?.get(from), anchors[gap + 1]?.get(to)];
    return start === undefined || end === undefined ? [] : [link(gap, start, end, hue)];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="desc">${escaped(description)}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>`,
    textAt(COLUMNS[0].x, 28, 'heading', cut(title, Math.floor((WIDTH - 28) / 9.5))),
    ...paths,
    ...drawn.flatMap(({ parts }) => parts),
    '</svg>\n',
  ].join('\n');
}

type Place = Pick<(typeof COLUMNS)[number], 'x' | 'width'>;

function drawColumn({ title, cards }: Column, place: Place, anchors: Map<string, number>) {
  const parts = [textAt(place.x, TOP - 12, 'column', title)];
  let bottom = TOP;
  for (const card of cards) {
    const drawn = drawCard(card, place, bottom, anchors);
    parts.push(...drawn.parts);
    bottom = drawn.bottom + 12;
  }
  return { parts, bottom: bottom - 12 };
}

function drawCard({ title, badge, anchor, hue, rows }: Card, { x, width }: Place, top: number, anchors: Anchors) {
  const badgeWidth = badge === undefined ? 0 : badge.length * BADGE_CELL + 14;
  const inside = width - 2 * PADDING;
  const parts: string[] = [];
  let line = top + PADDING + 12;
  if (anchor !== undefined) anchors.set(anchor, line - 4);
  if (hue !== undefined) parts.push(dot(x + PADDING + 3, line - 4, hue));
  const titleIndent = hue === undefined ? 0 : INDENT;
  for (const text of wrap(title, cells(inside - titleIndent - badgeWidth), 2)) {
    parts.push(textAt(x + PADDING + titleIndent, line, 'name', text));
    line += LINE;
  }
  if (badge !== undefined) parts.push(...badgeAt(badge, x + width - PADDING - badgeWidth, top + PADDING, badgeWidth));
  for (const row of rows) {
    if (row.anchor !== undefined) anchors.set(row.anchor, line - 4);
    if (row.dot !== undefined) parts.push(dot(x + PADDING + 3, line - 4, row.dot));
    const indent = row.dot === undefined ? 0 : INDENT;
    for (const text of wrap(row.text, cells(inside - indent), row.most ?? MOST_LINES)) {
      parts.push(textAt(x + PADDING + indent, line, row.look ?? 'plain', text));
      line += LINE;
    }
  }
  const bottom = line - 12 + PADDING - 5;
  return { parts: [rect('card', x, top, width, bottom - top, 6), ...parts], bottom };
}

type Anchors = Map<string, number>;

function badgeAt(text: string, x: number, y: number, width: number): string[] {
  return [rect('badge', x, y - 1, width, LINE, 8), textAt(x + 7, y + 11, 'small', text)];
}

function link(gap: 0 | 1, start: number, end: number, hue: Hue): string {
  const from = COLUMNS[gap].x + COLUMNS[gap].width;
  const to = COLUMNS[gap === 0 ? 1 : 2].x;
  const middle = (from + to) / 2;
  return `<path class="link ${hue}" d="M${from} ${start}C${middle} ${start} ${middle} ${end} ${to} ${end}"/>`;
}

function rect(look: string, x: number, y: number, width: number, height: number, radius: number): string {
  return `<rect class="${look}" x="${x}" y="${y}" width="${round(width)}" height="${round(height)}" rx="${radius}"/>`;
}

function dot(x: number, y: number, hue: Hue): string {
  return `<circle class="dot ${hue}" cx="${x}" cy="${y}" r="3"/>`;
}

function textAt(x: number, y: number, look: string, text: string): string {
  return `<text class="${look}" x="${x}" y="${y}">${escaped(text)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function cells(width: number): number {
  return Math.floor(width / CELL);
}

/**
 * Text in lines of at most so many cells: broken at a blank, else behind a character at which paths and lists can be
 * broken, else anywhere. What does not fit into the last line ends in an ellipsis. No text is one empty line.
 */
export function wrap(text: string, width: number, most: number): string[] {
  const lines: string[] = [];
  // No line can hold more characters than cells: an argument of 128 KiB is not looked at to its end.
  let rest = legal(text.slice(0, (most + 1) * (width + 1) * 2)).trim();
  const isWhole = rest.length === text.trim().length;
  while (rest !== '' && lines.length < most) {
    const head = headOf(rest, width);
    if (head === rest) {
      if (isWhole) return [...lines, rest];
      break;
    }
    if (lines.length === most - 1) break;
    const end = breakOf(head, rest);
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  if (lines.length === 0 && rest === '') return [''];
  return rest === '' ? lines : [...lines, `${headOf(rest, width - 1)}…`];
}

function cut(text: string, width: number): string {
  return wrap(text, width, 1).join('');
}

/** Marks behind which a path or a list can be broken, the better ones first. */
const BREAKS = [
  ['/', ',', '=', ':'],
  ['-', '_', '.'],
] as const;

function breakOf(head: string, rest: string): number {
  if (rest[head.length] === ' ') return head.length;
  const least = head.length / 3;
  const blank = head.lastIndexOf(' ');
  if (blank > least) return blank;
  const ends = BREAKS.map((marks) => Math.max(...marks.map((mark) => head.lastIndexOf(mark))) + 1);
  return ends.find((end) => end > least) ?? head.length;
}

/** The longest beginning of a text that fits into so many cells, at least one character. */
function headOf(text: string, width: number): string {
  let [used, end] = [0, 0];
  for (const character of text) {
    used += isWide(character) ? 2 : 1;
    if (used > width && end > 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** Characters that take two cells: those of East Asia, pictures, and whatever else lies far from Latin. */
function isWide(character: string): boolean {
  return (character.codePointAt(0) ?? 0) >= 0x1100;
}

/** Text without what XML 1.0 forbids: that becomes U+FFFD. */
function legal(text: string): string {
  return text.toWellFormed().replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd');
}

function escaped(text: string): string {
  return legal(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const MONO = 'ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace';
const STYLE = [
  `text{font:12px ${MONO};fill:#1f2328}`,
  '.heading{font:600 16px system-ui,-apple-system,"Segoe UI",sans-serif}',
  '.column{font:600 13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#59636e}',
  '.name{font-weight:700}.small{font-size:11px}.dim,.struck{fill:#59636e}.struck{text-decoration:line-through}',
  '.page{fill:#fff;stroke:#d1d9e0}.card{fill:#f6f8fa;stroke:#d1d9e0}.badge{fill:none;stroke:#818b98}',
  '.dot{fill:currentColor}.link{fill:none;stroke:currentColor;stroke-width:1.5}',
  '.argument{color:#8250df}.file{color:#0969da}.variable{color:#1a7f37}.image{color:#9a6700}',
  '.found,.result{color:#818b98}',
  '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.column,.dim,.struck{fill:#9198a1}',
  '.page{fill:#0d1117;stroke:#3d444d}.card{fill:#161b22;stroke:#3d444d}.badge{stroke:#656c76}',
  '.argument{color:#ab7df8}.file{color:#4493f8}.variable{color:#3fb950}.image{color:#d29922}',
  '.found,.result{color:#7d8590}}',
].join('');

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'glob';
import { paths } from '../../scripts/lib/workspace.ts';

/** A fenced block of a page. */
export interface PageBlock {
  /** The line of the opening fence, from 1. */
  readonly line: number;
  readonly body: string;
  readonly kind: BlockKind;
}

/**
 * The words behind the opening fence. `sh`: commands that a test takes from the page and runs; `sh by=<test file>`:
 * that test runs them in its own way; `sh not=<reason>`: commands that no test here can run; `text` directly below
 * commands: what they print, where `...` stands for anything; every other word: a language, and nothing to run.
 */
type BlockKind =
  | { readonly kind: 'run' }
  | { readonly kind: 'by'; readonly file: string }
  | { readonly kind: 'not'; readonly reason: string }
  | { readonly kind: 'output' }
  | { readonly kind: 'data'; readonly language: string };

/** Why commands of a page cannot run in the tests: the only words that may follow `not=`. */
export const reasons: Readonly<Record<string, string>> = {
  kubernetes: 'they need a Kubernetes; test/kube runs what they start and what they run in pods',
  published: 'they need the published image or its signature',
  github: 'they need GitHub',
  machine: 'they install on the machine, take its ports, or reach another one (npm test is what .ci/run runs)',
};

/** Every Markdown page of the project, relative to its root, sorted. */
export function allPages(): string[] {
  const ignore = ['node_modules/**', 'dist/**', '**/.git/**', 'test/fixtures/**'];
  return globSync('**/*.md', { cwd: paths.root, ignore, dot: true }).toSorted();
}

/** The text of a page. */
export function readPage(page: string): string {
  return readFileSync(join(paths.root, page), 'utf8');
}

/** The fenced blocks of a page. Throws for a fence without a word and for a reason that is not in the table. */
export function blocksOf(text: string, page: string): PageBlock[] {
  const lines = text.split('\n');
  const blocks: PageBlock[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, indent, info] = /^( *)```(.*)$/.exec(lines[at] ?? '') ?? [];
    if (indent === undefined || info === undefined) continue;
    const end = lines.indexOf(`${indent}\`\`\``, at + 1);
    if (end === -1) throw new Error(`${page}:${at + 1}: the block is never closed`);
    const body = lines.slice(at + 1, end).map((line) => line.slice(indent.length));
    blocks.push({ line: at + 1, body: `${body.join('\n')}\n`, kind: kindOf(info.trim(), `${page}:${at + 1}`) });
    at = end;
  }
  return blocks;
}

function kindOf(info: string, place: string): BlockKind {
  const [language = '', mark = '', ...rest] = info.split(/\s+/);
  if (language === '') throw new Error(`${place}: the block does not say what it is: sh, text, yaml, ...`);
  if (language === 'text') return { kind: 'output' };
  if (language !== 'sh') return { kind: 'data', language };
  const [word, value = ''] = mark.split('=');
  if (rest.length === 0 && mark === '') return { kind: 'run' };
  if (rest.length === 0 && word === 'by') return { kind: 'by', file: value };
  if (rest.length === 0 && word === 'not' && value in reasons) return { kind: 'not', reason: value };
  const known = Object.keys(reasons).join(', ');
  throw new Error(`${place}: "${info}" is neither sh, sh by=<test file> nor sh not=<${known}>`);
}

/** What stands in the fenced blocks of a page, each as it would be pasted. */
export function bodiesOf(page: string): string[] {
  return blocksOf(readPage(page), page).map(({ body }) => body);
}

/** Commands of a page that a test runs, with what they have to print: the text block directly below. */
export interface PageCommands {
  readonly line: number;
  readonly script: string;
  readonly output: string | null;
}

/** The blocks of a page that are to be run, in order. */
export function commandsToRun(text: string, page: string): PageCommands[] {
  const blocks = blocksOf(text, page);
  const lines = text.split('\n');
  return blocks.flatMap((block, index) => {
    if (block.kind.kind !== 'run') return [];
    const next = blocks[index + 1];
    const after = block.line + block.body.split('\n').length;
    const isBelow = next?.kind.kind === 'output' && lines.slice(after, next.line - 1).every((line) => line === '');
    return [{ line: block.line, script: block.body, output: isBelow ? next.body : null }];
  });
}

/**
 * The first line of `expected` that `printed` does not have; null where it has all, in any order: what a container
 * prints on its two streams is joined as it comes. `...` in a line stands for anything.
 */
export function missingLine(expected: string, printed: string): string | null {
  const left = printed.split('\n').map((line) => line.trim());
  for (const line of expected.split('\n').filter((one) => one.trim() !== '' && one.trim() !== '...')) {
    const parts = line.trim().split(/\s*\.\.\.\s*/);
    const pattern = parts
      .map((part) =>
        part
          .split(/\s+/)
          .map((word) => RegExp.escape(word))
          .join('\\s+'),
      )
      .join('.*');
    const found = left.findIndex((one) => new RegExp(`^${pattern}$`).test(one));
    if (found === -1) return line;
    left.splice(found, 1);
  }
  return null;
}

/** The commands of a page, without the remarks behind them: two languages have the same ones. */
export function commandLinesOf(text: string, page: string): string[] {
  return blocksOf(text, page)
    .filter(({ kind }) => kind.kind !== 'output' && kind.kind !== 'data')
    .flatMap(({ body }) => body.split('\n'))
    .map((line) => line.replace(/(^| )#.*$/, '').trimEnd())
    .filter((line) => line !== '');
}

/** A link of a page into the repository: the file as written, and the heading in it. */
export interface PageLink {
  readonly line: number;
  readonly target: string;
}

/** The links and pictures of a page that lead to no other machine. What stands in code is none. */
export function linksOf(text: string): PageLink[] {
  const plain = text
    .replaceAll(/^( *)```.*\n[\s\S]*?^\1```$/gm, (block) => block.replaceAll(/[^\n]/g, ''))
    .replaceAll(/`[^`\n]*`/g, '');
  return plain.split('\n').flatMap((line, index) =>
    [...line.matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset|href)="([^"]+)"/g)]
      .map(([, written, html]) => written ?? html ?? '')
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => ({ line: index + 1, target })),
  );
}

/**
 * The anchors of a page's headings, as GitHub makes them: lower case, punctuation gone, spaces to hyphens, a number for
 * a second one.
 */
export function anchorsOf(text: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#{1,6} +(.*)$/gm)) {
    const shown = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = shown
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    anchors.add(before === 0 ? slug : `${slug}-${before}`);
  }
  return anchors;
}

import { asBytes, type Bytes, bytesOf, pathOf, printable } from './bytes.ts';
import type { Entry } from './conf/include.ts';
import { renderLine } from './conf/render.ts';
import type { WantedLoad } from './modules/merge.ts';

/** Whether a load line stands among entries, or in what they include. */
export function holdsLoad(entries: readonly Entry[]): boolean {
  return entries.some((entry) => {
    if (entry.kind === 'include') return holdsLoad(entry.entries);
    return entry.kind === 'directive' && entry.directive.name === 'loadmodule';
  });
}

/** The wrapper: what must load first, then the user's own file, unchanged. */
export function wrapperText(first: readonly WantedLoad[], confFile: string): Bytes {
  const lines = [...first.map(loadLine), renderLine([asBytes('include'), bytesOf(confFile)])];
  return asBytes(`${header(['It only loads something before the file that it includes.'])}${lines.join('\n')}\n`);
}

/**
 * The user's text with the load lines lifted out and the wanted list first. Includes that hold load lines are inlined, other includes
 * stay, as absolute paths.
 */
export function liftedText(
  wanted: readonly WantedLoad[],
  entries: readonly Entry[],
  sources: readonly string[],
): Bytes {
  const loads = wanted.map((load) => `${loadLine(load)}\n`).join('');
  return asBytes(`${header(['Read from:', ...sources.map((source) => `  ${source}`)])}${loads}\n${lift(entries)}`);
}

function lift(entries: readonly Entry[]): string {
  const lines: string[] = [];
  for (const entry of entries) {
    switch (entry.kind) {
      case 'silent':
        lines.push(`${entry.line.text}\n`);
        break;
      case 'directive':
        if (entry.directive.name !== 'loadmodule') lines.push(`${entry.directive.line.text}\n`);
        break;
      case 'include':
        lines.push(holdsLoad(entry.entries) ? lift(entry.entries) : includeLine(entry));
        break;
    }
  }
  return lines.join('');
}

/** The include as an absolute path; a working directory with glob characters in its own name would turn a plain path into a pattern. */
function includeLine({ directive, target }: Entry & { kind: 'include' }): string {
  const [path = asBytes('')] = directive.args;
  const prefix = target.slice(0, target.length - pathOf(path).length);
  if (path.startsWith('/') || /[*?[\\]/.test(prefix)) return `${directive.line.text}\n`;
  return `${renderLine([asBytes('include'), bytesOf(target)])}\n`;
}

function loadLine(load: WantedLoad): string {
  return renderLine([asBytes('loadmodule'), load.path, ...load.args.flatMap((argument) => argument.words)]);
}

function header(details: readonly string[]): string {
  const lines = [
    'Made by valkey-bundle for one start: editing it changes nothing, and CONFIG REWRITE cannot write it.',
    'Why it exists: `valkey-bundle explain VB504`.',
    ...details,
  ];
  return `${lines.map((line) => `# ${printable(line)}\n`).join('')}\n`;
}

import { catalogue, isCode } from '../diagnostics/catalogue.ts';
import type { CataloguePage } from '../diagnostics/page.ts';
import { refuse } from '../diagnostics.ts';
import { nearest } from '../modules/naming.ts';
import type { ToolContext } from './context.ts';

/** `valkey-bundle explain <code>`: the page of one diagnostic. */
export function explainCode({ host, args }: ToolContext): number {
  const [word, ...rest] = args;
  const code = word?.toUpperCase() ?? '';
  if (rest.length > 0 || !isCode(code)) {
    const near = nearest(code, Object.keys(catalogue));
    const hint = near === null ? `Codes run from VB101 on; docs/diagnostics.md lists them.` : `Did you mean ${near}?`;
    throw refuse('VB601', word === undefined ? 'explain needs a code' : `there is no diagnostic "${args.join(' ')}"`, {
      hint,
    });
  }
  host.print('stdout', page(code, catalogue[code]));
  return 0;
}

function page(code: string, { title, severity, exitCode, meaning, fix }: CataloguePage): string {
  const end = exitCode === 0 ? 'The start goes on.' : `The start ends with exit code ${exitCode}; no server runs.`;
  return `${code} (${severity}): ${title}\n\n${meaning}\n\nFix: ${fix}\n\n${end}\n`;
}

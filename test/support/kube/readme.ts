import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from '../../../scripts/lib/image-paths.ts';

type Page = 'README.md' | 'README.ru.md';

/** The text of a page of deploy/. */
export function readPage(name: Page): string {
  return readFileSync(join(paths.root, 'deploy', name), 'utf8');
}

/** The page's blocks of commands, each as it would be pasted. */
export function blocksOf(page: string): string[] {
  return [...page.matchAll(/^```\n(.*?)^```$/gms)].map(([, block = '']) => block);
}

/** What the page runs in pods of a name: `<name>-<ordinal>`, and the command as the shell in the pod gets it. */
export interface ExecCommand {
  readonly pod: string;
  readonly command: string;
}

/** Every `kubectl exec` of the page in pods `<name>-0` and so on, in blocks and in text, each once. A loop gives one for each of its ordinals. */
export function execCommandsOf(page: string, name: string): ExecCommand[] {
  const pattern = new RegExp(String.raw`exec (?:-it? )?${name}-(\d|\$i) -- (sh -c '[^'\n]+'|[^;|\n\x60#]+)`, 'g');
  const found = page.split('\n').flatMap((line) => {
    const ordinals = /for i in ([\d ]+);/.exec(line)?.[1]?.trim().split(' ') ?? [];
    return [...line.matchAll(pattern)].flatMap(([, ordinal = '', command = '']) =>
      (ordinal === '$i' ? ordinals : [ordinal]).map((one) => ({ pod: `${name}-${one}`, command: command.trim() })),
    );
  });
  return [...new Map(found.map((one) => [`${one.pod} ${one.command}`, one])).values()];
}

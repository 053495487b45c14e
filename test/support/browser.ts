import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { ensureTools } from '../../scripts/lib/apt.ts';
import { paths } from '../../scripts/lib/workspace.ts';
import { patienceMs } from './patience.ts';

/** A picture as the browser showed it. */
export interface Seen {
  readonly name: string;
  /** Pixels across, unscaled. */
  readonly width: number;
  /** How many texts it has. */
  readonly texts: number;
  /** What is cut off, on top of something else, too small or too pale. */
  readonly problems: readonly string[];
  /** From 0 to 255, on average. */
  readonly brightness: number;
  readonly png: Buffer;
}

const font = '/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf';

/** Makes sure that Debian's Chromium and a font are here. Throws VP902 where they cannot be had. */
export async function ensureBrowser(): Promise<void> {
  await ensureTools({ chromium: 'chromium', [font]: 'fonts-dejavu-core' }, console.log);
}

/** Shows SVG pictures, by name, as images 800 pixels wide on a light or a dark page, and measures them. */
export async function showPictures(
  pictures: Readonly<Record<string, string>>,
  scheme: 'light' | 'dark',
): Promise<readonly Seen[]> {
  const images = Object.entries(pictures).map(([name, svg]) => {
    const data = Buffer.from(svg).toString('base64');
    return `<img class="picture" data-name="${name}" width="800" src="data:image/svg+xml;base64,${data}">`;
  });
  const script = await readFile(join(paths.root, 'test/fixtures/pictures/measure.js'), 'utf8');
  const page = `<!doctype html><meta charset="utf-8"><body>${images.join('\n')}<script>${script}</script>`;
  const text = await domOf(page, scheme);
  const [, json = ''] = /<pre>(.*)<\/pre>/s.exec(text) ?? [];
  if (json === '') throw new Error(`the page was not measured: ${text.slice(0, 500)}`);
  const { dark, seen } = JSON.parse(unescaped(json)) as { dark: boolean; seen: (Seen & { readonly png: string })[] };
  if (dark !== (scheme === 'dark')) throw new Error(`Chromium does not show the page as ${scheme}`);
  return seen.map((one) => ({ ...one, png: Buffer.from(one.png, 'base64') }));
}

/** The page after its scripts, as text. */
async function domOf(page: string, scheme: 'light' | 'dark'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-browser-'));
  try {
    const file = join(folder, 'page.html');
    await writeFile(file, page);
    const { stdout } = await execa('chromium', [...QUIET, ...flagsOf(scheme, folder), `file://${file}`], {
      timeout: patienceMs,
      // What it says on standard error is about a machine without a screen, and shown if it fails.
      stdin: 'ignore',
    });
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** It shows one file of our own, in a container without user namespaces, too; it has nobody to ask on the network. */
const QUIET = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--dump-dom',
];

function flagsOf(scheme: 'light' | 'dark', folder: string): string[] {
  // blink::mojom::PreferredColorScheme: 0 is dark, 1 is light.
  return [
    `--user-data-dir=${join(folder, 'profile')}`,
    `--blink-settings=preferredColorScheme=${scheme === 'dark' ? 0 : 1}`,
  ];
}

function unescaped(html: string): string {
  return html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&nbsp;', '\u00a0').replaceAll('&amp;', '&');
}

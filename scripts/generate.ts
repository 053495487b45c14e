import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { foreignVariables, variables } from '../entrypoint/conf/environment.ts';
import { catalogue, exitCodes } from '../entrypoint/diagnostics/catalogue.ts';
import type { CataloguePage } from '../entrypoint/diagnostics/page.ts';
import { moduleManifest } from '../modules/schema.ts';
import type { Row } from '../test/support/bad-input/row.ts';
import { sections } from '../test/support/bad-input/rows.ts';
import { picturedStart } from '../test/support/pictured-start.ts';
import { type LockFile, lockFile, readLock } from './data/lock.ts';
import { listLines, loadLine, type ReleaseLine, releaseLine } from './data/release-line.ts';
import { upstreamVersion } from './data/version.ts';
import { runVerb } from './lib/command-line.ts';
import { jsonText, textIfThere } from './lib/files.ts';
import { problems } from './lib/pipeline-error.ts';
import type { ProblemEntry } from './lib/problems/making.ts';
import { paths } from './lib/workspace.ts';

const usage = `npm run generate [-- --check]
Writes docs/{diagnostics,environment,bad-input,pipeline-problems}.md, docs/pictures/start.svg, modules/*.schema.json and the
tables of tags in README*.md.
  --check  write nothing: fail where one of them is not what its sources say
Example: npm run generate -- --check`;

const options = { check: { type: 'boolean', default: false } } as const;

await runVerb({ name: 'generate', usage, options }, async ({ values }) => {
  const workspace = { modules: join(paths.root, 'modules'), dist: join(paths.root, 'dist') };
  const lines = listLines(workspace).map((name) => loadLine(workspace, name));
  const rows = lines.map((line) => rowOfTags(line, readLock(workspace)));
  const readmes = [
    withTags('README.md', ['tags', 'Valkey', 'modules'], rows),
    withTags('README.ru.md', ['теги', 'Valkey', 'модули'], rows),
  ];
  const picture = { path: 'docs/pictures/start.svg', content: picturedStart() };
  const files = [...schemas(), diagnostics(), environment(), badInput(), pipelineProblems(), picture, ...readmes];
  const stale = files.filter(({ path, content }) => textIfThere(join(paths.root, path)) !== content);
  for (const { path, content } of stale) {
    if (values.check) {
      console.error(`${path} is not what its sources say: run npm run generate`);
      process.exitCode = 1;
      continue;
    }
    mkdirSync(dirname(join(paths.root, path)), { recursive: true });
    writeFileSync(join(paths.root, path), content);
    console.log(`wrote ${path}`);
  }
});

/** A file of the repository that is derived from others. `path` counts from the root of the repository. */
interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/**
 * The JSON schemas of module.yaml, releases/<line>.yaml and lock.json, for editors: keys with a default are optional in
 * them.
 */
function schemas(): GeneratedFile[] {
  const types: readonly (readonly [name: string, title: string, type: z.ZodType])[] = [
    ['module', 'A module of the bundle', moduleManifest],
    ['release-line', 'A release line of the bundle', releaseLine],
    ['lock', 'What the tags and names of the release lines meant', lockFile],
  ];
  return types.map(([name, title, type]) => {
    const { $schema, ...schema } = z.toJSONSchema(type, { io: 'input' });
    const file = `${name}.schema.json`;
    return { path: `modules/${file}`, content: jsonText({ $schema, $id: file, title, ...schema }) };
  });
}

/** docs/diagnostics.md: the catalogue and the exit codes, as `valkey-bundle explain` knows them. */
function diagnostics(): GeneratedFile {
  const codes = Object.entries<CataloguePage>(catalogue).sort(([a], [b]) => (a < b ? -1 : 1));
  return page('diagnostics.md', 'Diagnostics and exit codes', 'the sources in entrypoint/', [
    'Every warning and error of the entrypoint has a code. `valkey-bundle explain VB105` prints the page of one. An error ends the',
    'start before the server runs; a warning never does.',
    '',
    '## Exit codes',
    '',
    ...tableOf(['code', 'meaning'], exitCodes),
    ...codes.flatMap(([code, { title, severity, exitCode, meaning, fix }]) => {
      const end = exitCode === 0 ? severity : `${severity}, exit code ${exitCode}`;
      return entry(code, title, `${end[0]?.toUpperCase()}${end.slice(1)}. ${meaning}`, fix);
    }),
  ]);
}

/** docs/pipeline-problems.md: the problems that the verbs of the pipeline report, with their exit codes. */
function pipelineProblems(): GeneratedFile {
  const exitCodesOfVerbs = [
    [0, 'done, or nothing to do'],
    [1, 'the work itself failed: a build, a check of the image'],
    [64, 'the command line is wrong; nothing was done'],
    [65, 'a manifest, a release line or the lock file is wrong'],
    [69, 'something outside does not answer: a repository, a registry, the engine, a tool'],
    [70, 'a defect of the pipeline itself'],
    [73, 'something cannot be written: no space, no permission'],
    [75, 'another run is at work: try again'],
    [77, 'access was refused'],
    [130, 'interrupted'],
  ] as const;
  const codes = Object.entries<ProblemEntry>(problems).sort(([a], [b]) => (a < b ? -1 : 1));
  return page('pipeline-problems.md', 'Problems of the pipeline', 'the sources in scripts/lib/problems/', [
    'What `npm run resolve`, `fetch`, `build`, `image`, `verify`, `publish`, `scan`, `sign`, `release` and `npm start` report: a code, the place, what',
    'was found there, and the fix. Nothing is half-done: run the same verb again once the cause is fixed, and it goes on.',
    '',
    ...tableOf(['exit code', 'meaning'], exitCodesOfVerbs),
    ...codes.flatMap(([code, { title, exitCode, meaning, fix }]) =>
      entry(code, title, `Exit code ${exitCode}. ${meaning}`, fix),
    ),
  ]);
}

/** docs/environment.md: the variables that the entrypoint reads, and those of other images, which it only names. */
function environment(): GeneratedFile {
  return page('environment.md', 'Environment variables', 'the sources in entrypoint/', [
    'Precedence, per option: command line, configuration file, environment, image defaults. A ConfigMap wins over `env:`.',
    'Lists of arguments are read in the quoting of `valkey.conf`: double quotes with `\\n \\xHH \\"`, single quotes with `\\\'`.',
    '',
    ...variables.flatMap(({ name, fallback, meaning, example }) => [
      `## ${name}`,
      '',
      meaning,
      '',
      `Default: ${fallback === '' ? 'not set' : `\`${fallback}\``}. Example: \`${example}\``,
      '',
    ]),
    '## Variables of other images',
    '',
    'These are not read. A start that has one of them says so (VB216), with what says the same here.',
    '',
    ...tableOf(
      ['variable', 'here'],
      foreignVariables.map(({ names, ours }) => [names.map((name) => `\`${name}\``).join(', '), ours]),
    ),
  ]);
}

/** docs/bad-input.md: every wrong input that the tests try, with the code that ends the start. */
function badInput(): GeneratedFile {
  const all = sections.flatMap(({ rows }) => rows);
  const working = all.filter(({ code }) => code === null).length;
  return page('bad-input.md', 'Bad input', 'the rows in test/support/bad-input/', [
    `Each of these ${all.length} inputs is given to a recorded host, and to a container of its own where that can say more (every one of them in`,
    `\`npm run test:full\`). ${all.length - working} end the start: with one error on standard error, which has the code, the place and the fix, within a`,
    `bounded time, before anything of the server runs, and never with a stack. ${working} only look wrong, and the server runs. Terminal escapes are`,
    'shown escaped; a secret is never shown.',
    '',
    'The place stands in front of the message; behind it is what the message names too.',
    '',
    ...sections.flatMap(({ title, rows }) => [
      `## ${title}`,
      '',
      ...tableOf(['input', 'code', 'exit code', 'place; named'], rows.map(badInputCells)),
    ]),
  ]);
}

function badInputCells({ input, code, exitCode, place, names = [], warns = [] }: Row): string[] {
  const where = place === undefined ? '' : `\`${place}\``;
  const named = names.map((name) => `\`${name}\``).join(', ');
  const link = (to: keyof typeof catalogue): string => `[${to}](diagnostics.md#${anchorOf(to)})`;
  const warned = warns.length === 0 ? 'none' : warns.map(link).join(', ');
  const end = code === null ? `${warned}: it runs` : link(code);
  return [
    input,
    end,
    code === null ? '' : String(exitCode),
    [where, named].filter((part) => part !== '').join('; '),
  ].map((cell) => cell.replaceAll('|', '\\|'));
}

/** The anchor that GitHub makes of a page's heading. */
function anchorOf(code: keyof typeof catalogue): string {
  return `${code}: ${catalogue[code].title}`
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');
}

/** Tags, server and modules of a line: from its file, or where the Debian archive gives them, from the lock. */
function rowOfTags({ line, valkey, variants, modules }: ReleaseLine, { lines }: LockFile): string[] {
  const locked = lines[line];
  const lockedServer = locked?.base.kind === 'debian' ? upstreamVersion(locked.base.valkey.version) : undefined;
  const server = valkey ?? lockedServer ?? '?';
  const tags = Object.values(variants).flatMap((variant) => variant.tags);
  const filled = tags.map((tag) => tag.replace('{line}', line).replace('{valkey}', server).replace('{date}', '<date>'));
  const versions = Object.entries(modules).map(([name, { tag }]) => {
    const source = locked?.modules[name];
    const archived = source !== undefined && 'version' in source ? upstreamVersion(source.version) : '?';
    return `${name} ${tag ?? archived}`;
  });
  return [filled.map((tag) => `\`${tag}\``).join(', '), server, versions.join(', ')];
}

/** A page with its table of tags written anew, between the two marks. */
function withTags(path: string, head: readonly string[], rows: readonly (readonly string[])[]): GeneratedFile {
  const old = textIfThere(join(paths.root, path)) ?? '';
  const between = /(<!-- tags: .*-->\n)[\s\S]*?(<!-- \/tags -->)/;
  if (!between.test(old)) throw new Error(`${path} has no marks around its table of tags`);
  const table = tableOf(head, rows).join('\n');
  return { path, content: old.replace(between, (_, open: string, close: string) => `${open}\n${table}\n${close}`) };
}

/** A page of docs/ that says of itself that it is generated, and what to edit instead. */
function page(file: string, title: string, source: string, lines: readonly string[]): GeneratedFile {
  const head = [`# ${title}`, '', `<!-- Generated by \`npm run generate\`: edit ${source}, not this page. -->`, ''];
  return { path: `docs/${file}`, content: `${[...head, ...lines].join('\n').trimEnd()}\n` };
}

function entry(code: string, title: string, meaning: string, fix: string): string[] {
  return [`## ${code}: ${title}`, '', meaning, '', `**Fix:** ${fix}`, ''];
}

function tableOf(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).concat('');
}

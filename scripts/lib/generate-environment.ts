import { foreignVariables, variables } from '../../entrypoint/conf/environment.ts';
import { GENERATED, type GeneratedFile } from './generated-file.ts';

/** docs/environment.md: the variables that the entrypoint reads, and those of other images, which it only names. */
export function generateEnvironment(): GeneratedFile {
  const content = [
    '# Environment variables',
    '',
    GENERATED,
    '',
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
    '| variable | here |',
    '| --- | --- |',
    ...foreignVariables.map(({ names, ours }) => `| ${names.map((name) => `\`${name}\``).join(', ')} | ${ours} |`),
    '',
  ];
  return { path: 'docs/environment.md', content: `${content.join('\n').trimEnd()}\n` };
}

import { readCommandLine } from './conf/configuration.ts';
import { renderLine } from './conf/tokenize.ts';
import type { Style } from './diagnostics/diagnostic.ts';
import type { Merged } from './modules/merge.ts';
import type { Argument, ExtraDirective, WantedLoad } from './modules/precedence.ts';
import type { StartPlan } from './plan.ts';
import { bytesOf, printable, textOf } from './text/bytes.ts';
import { showPlace } from './text/place.ts';
import { isSecretDirective, redactLine, redactWords, withoutSecrets } from './text/secrets.ts';

/** The whole plan for people: what DEBUG=1 prints, and `valkey-bundle plan`. */
export function explainPlan(plan: StartPlan, style: Style): string {
  const { from, to, name } = plan.user;
  const sections: ReadonlyArray<readonly [string, readonly string[]]> = [
    [
      'modules',
      plan.modules.length === 0 ? ['none found'] : plan.modules.flatMap((merged) => explainModule(merged, style)),
    ],
    [
      'loads, in order',
      plan.loads.map((load) =>
        printable([textOf(renderLine([load.path])), quoted(argumentWords(load))].join(' ').trimEnd()),
      ),
    ],
    [
      'directives added',
      plan.directives.map(showExtra).map(({ text, source }) => `${printable(text)}  ${style.dim(`<- ${source}`)}`),
    ],
    ['files read', plan.files.map(printable)],
    [
      'effective configuration',
      plan.effectiveConf === null ? ['none: the configuration is used as it is'] : [plan.effectiveConf.path],
    ],
    [
      'user',
      [
        from.uid === to.uid
          ? `${from.uid}:${from.gid} (unchanged)`
          : `${name} (${to.uid}:${to.gid}), started as ${from.uid}:${from.gid}`,
      ],
    ],
    ['data directory', [printable(plan.dataDirectory)]],
    ...(plan.cluster === null
      ? []
      : [
          [
            'cluster',
            [`stale addresses in ${printable(plan.cluster.nodesFile)} are refreshed before the server starts`],
          ] as const,
        ]),
    ['program', [printable(plan.program.path)]],
    ['command line', redactedArgv(plan.argv).map((element, index) => `argv[${index}] ${printable(element)}`)],
  ];
  return sections
    .map(([title, lines]) => `${style.bold(title)}\n${lines.map((line) => `  ${line}\n`).join('')}`)
    .join('');
}

function explainModule(merged: Merged, style: Style): string[] {
  const { module, verdict, reason, at } = merged;
  return [
    `${style.bold(printable(module.name))}  ${printable(module.path)}`,
    `  ${verdict}: ${reason} ${style.dim(`(${showPlace(at)})`)}`,
    ...argumentsOf(merged).map(({ text, source }) => `  ${printable(text)}  ${style.dim(`<- ${source}`)}`),
  ];
}

/** Every argument of a module, on its load line or as a directive, with where it came from; secrets hidden. */
export function argumentsOf(merged: Merged): { text: string; source: string }[] {
  return saidOf(merged).map(({ text, argument }) => ({ text, source: sourceOf(argument) }));
}

/** The same with the places as data. */
export function saidOf({
  load,
  directives,
}: Merged): { text: string; argument: Pick<Argument, 'at' | 'overriddenAt'> }[] {
  const onLine = load === null ? [] : argumentsOfLoad(load);
  return [...onLine, ...directives.map((extra) => ({ text: showExtra(extra).text, argument: { at: extra.at } }))];
}

function sourceOf({ at, overriddenAt }: Pick<Argument, 'at' | 'overriddenAt'>): string {
  return overriddenAt === undefined ? showPlace(at) : `${showPlace(at)}, overridden by ${showPlace(overriddenAt)}`;
}

/** Each argument of a load as text. */
function argumentsOfLoad(load: WantedLoad): { text: string; argument: Argument }[] {
  // Redacted as one list: where a word is an argument of its own, only the one before it tells that it is a secret.
  const words = argumentWords(load);
  return load.args.map((argument) => ({ text: quoted(words.splice(0, argument.words.length)), argument }));
}

/**
 * The arguments of a load, secrets hidden: where a line ran into another, the path before them may end in the name of
 * one.
 */
export function argumentWords({ path, args }: WantedLoad): string[] {
  if (args.length === 0) return [];
  return redactWords([path, ...args.flatMap(({ words }) => words)]).slice(1);
}

function quoted(words: readonly string[]): string {
  return words.map((word) => textOf(renderLine([bytesOf(word)]))).join(' ');
}

export function showExtra({ name, value, secret, at }: ExtraDirective): { text: string; source: string } {
  const hidden = isSecretDirective(name) ? `${name} (redacted)` : '(redacted)';
  const text = secret ? hidden : withoutSecrets(textOf(renderLine([name, value])));
  return { text, source: showPlace(at) };
}

/** Characters of one module's arguments in the line that every start prints; DEBUG shows them all. */
const LONGEST = 300;

/** The one line that every start prints: what is loaded, with the arguments that count. */
export function summaryOf(plan: StartPlan): string {
  const loads = plan.loads.map((load) => {
    const heard = argumentsOfLoad(load).filter(({ argument }) => argument.overriddenAt === undefined);
    const all = heard.map(({ text }) => text).join(' ');
    const args = all.length > LONGEST ? `${all.slice(0, LONGEST)}...` : all;
    return args === '' ? load.module.name : `${load.module.name} (${args})`;
  });
  const what = loads.length === 0 ? 'no modules' : loads.join(', ');
  return `valkey-bundle: loading ${printable(what)}; DEBUG=1 explains why\n`;
}

/** A server's argv for people: the elements that make a line with a secret are shown without their values. */
export function redactedArgv(argv: readonly string[]): string[] {
  const [program = '', ...args] = argv;
  const shown = [...args];
  const { lines } = readCommandLine(args.map((text, index) => ({ text, at: { kind: 'argument', index: index + 1 } })));
  for (const line of lines) {
    const redacted = redactLine(line.text);
    if (redacted === null) continue;
    const first = args[line.from] ?? '';
    const isAlone = line.from === line.to;
    for (let index = line.from; index <= line.to; index++) shown[index] = '(redacted)';
    shown[line.from] = isAlone || !first.startsWith('--') ? `--${redacted}` : withoutSecrets(first);
  }
  return [program, ...shown];
}

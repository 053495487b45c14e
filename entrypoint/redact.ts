import { readCommandLine } from './options.ts';
import { redactLine, withoutSecrets } from './secrets.ts';

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

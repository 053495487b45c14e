import type { Architecture } from '../lib/platform.ts';

/**
 * Says whether a table `[target.'<condition>'.dependencies]` of a Cargo.toml counts for Linux with glibc on an
 * architecture. `condition`: a target's name, or cfg(...). What nothing here can tell, such as a feature of the
 * processor, counts: rather one licence too many.
 */
export function isForTarget(condition: string, architecture: Architecture): boolean {
  const expression = /^cfg\((.*)\)$/s.exec(condition.trim())?.[1];
  if (expression === undefined) return condition.trim() === `${cpus[architecture]}-unknown-linux-gnu`;
  return truthOf(expression.trim(), architecture) !== false;
}

const cpus = { amd64: 'x86_64', arm64: 'aarch64' } as const satisfies Record<Architecture, string>;

/** Null: unknown. */
type Truth = boolean | null;

function truthOf(expression: string, architecture: Architecture): Truth {
  const [, operator, inner = ''] = /^(all|any|not)\s*\((.*)\)$/s.exec(expression) ?? [];
  if (operator === undefined) return truthOfWord(expression, architecture);
  const truths = argumentsOf(inner).map((one) => truthOf(one, architecture));
  if (operator === 'not') return truths[0] === undefined || truths[0] === null ? null : !truths[0];
  const decides = operator === 'any';
  if (truths.includes(decides)) return decides;
  return truths.includes(null) ? null : !decides;
}

/** Splits at the commas that stand in no brackets and no quotes. */
function argumentsOf(text: string): string[] {
  const found = [''];
  let depth = 0;
  let isQuoted = false;
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    if (!isQuoted && character === '(') depth++;
    if (!isQuoted && character === ')') depth--;
    if (character === ',' && depth === 0 && !isQuoted) found.push('');
    else found.push(`${found.pop() ?? ''}${character}`);
  }
  return found.map((one) => one.trim()).filter((one) => one !== '');
}

function truthOfWord(word: string, architecture: Architecture): Truth {
  const [, key = word, value] = /^(\w+)\s*=\s*"([^"]*)"$/.exec(word) ?? [];
  if (value === undefined) return key === 'unix' ? true : key === 'windows' ? false : null;
  const known: Readonly<Record<string, string>> = {
    target_os: 'linux',
    target_family: 'unix',
    target_env: 'gnu',
    target_vendor: 'unknown',
    target_arch: cpus[architecture],
    target_pointer_width: '64',
    target_endian: 'little',
  };
  const actual = known[key];
  return actual === undefined ? null : actual === value;
}

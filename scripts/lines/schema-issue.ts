import type * as z from 'zod';

export interface DescribedIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly fix: string;
}

/** How much of a wrong value is shown. */
const shown = 120;

/** What a schema found, in a reader's words: what is wrong at which path, the value got, and what to write instead. */
export function describeIssue(issue: z.core.$ZodIssue, content: unknown, title: string): DescribedIssue[] {
  const { path } = issue;
  const name = path.join('.') || title;
  const got = shorten(JSON.stringify(valueAt(content, path)));
  const say = (message: string, fix: string): DescribedIssue[] => [{ path, message, fix }];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const fix = 'correct its name, or remove it';
      return issue.keys.map((key) => ({ path: [...path, key], message: `${name} has no key ${key}`, fix }));
    }
    case 'invalid_value':
      return say(`${name} is not one of the known words, got ${got}`, `write ${issue.values.join(', ')}`);
    case 'invalid_type':
      if (got === undefined) return say(`${name} is missing`, `add it: ${article(issue.expected)}`);
      return say(`${name} has the wrong type, got ${got}`, `write ${article(issue.expected)}`);
    case 'invalid_format':
      return say(`${name} has the wrong form, got ${got}`, `write ${issue.pattern ?? article(issue.format)}`);
    case 'invalid_key':
      return issue.issues.flatMap((inner) => {
        const pattern = inner.code === 'invalid_format' ? inner.pattern : undefined;
        return say(`the name ${name} has the wrong form`, `write ${pattern ?? inner.message}`);
      });
    case 'invalid_union':
      return describeUnion(issue, content, title) ?? say(`${name} is not valid, got ${got}`, issue.message);
    default:
      return say(`${name} is not valid, got ${got}`, issue.message);
  }
}

/** Of the forms that a value may have, the one that it comes nearest to was meant. */
function describeUnion(
  { path, errors }: z.core.$ZodIssueInvalidUnion,
  content: unknown,
  title: string,
): DescribedIssue[] | undefined {
  const described = errors.map((issues) =>
    issues.flatMap((inner) => describeIssue({ ...inner, path: [...path, ...inner.path] }, content, title)),
  );
  return described.toSorted((a, b) => a.length - b.length)[0];
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function shorten(text: string | undefined): string | undefined {
  return text === undefined || text.length <= shown ? text : `${text.slice(0, shown)}...`;
}

function valueAt(content: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value instanceof Object ? Reflect.get(value, key) : undefined), content);
}

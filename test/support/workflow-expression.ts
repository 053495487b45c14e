/** A value of GitHub's expressions. */
export type Value = null | boolean | number | string | readonly Value[] | Values;
export type Values = { readonly [name: string]: Value };

/**
 * A text with its `${{ }}` filled in: the value itself where the text is nothing else. `well`: nothing before it has
 * failed. Throws for an expression that is not known here.
 */
export function filled(text: string, contexts: Values, well: boolean): Value {
  const whole = /^\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*$/s.exec(text)?.[1];
  if (whole !== undefined) return evaluate(whole, contexts, well);
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, inner: string) => String(evaluate(inner, contexts, well) ?? ''));
}

/**
 * The value of an expression: names, texts, numbers, == != && || ! and brackets, always(), success(), failure() and
 * fromJSON(). Throws for anything else, and for a context, or a member of `github`, that nobody has set.
 */
export function evaluate(expression: string, contexts: Values, well: boolean): Value {
  const tokens = tokensOf(expression);
  let at = 0;
  const value = or();
  if (at < tokens.length) throw unknown(expression, tokens[at]);
  return value;

  function take(...wanted: readonly string[]): string | undefined {
    const token = tokens[at];
    if (token === undefined || !wanted.includes(token)) return undefined;
    at += 1;
    return token;
  }

  function or(): Value {
    let left = and();
    while (take('||')) {
      const right = and();
      left = isTrue(left) ? left : right;
    }
    return left;
  }

  function and(): Value {
    let left = equality();
    while (take('&&')) {
      const right = equality();
      left = isTrue(left) ? right : left;
    }
    return left;
  }

  function equality(): Value {
    const left = unary();
    const operator = take('==', '!=');
    return operator === undefined ? left : isEqual(left, unary()) === (operator === '==');
  }

  function unary(): Value {
    return take('!') ? !isTrue(unary()) : primary();
  }

  function primary(): Value {
    if (take('(')) {
      const inner = or();
      if (!take(')')) throw unknown(expression, tokens[at]);
      return inner;
    }
    const token = tokens[at] ?? '';
    at += 1;
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    if (/^\d+$/.test(token)) return Number(token);
    if (!/^[A-Za-z_]/.test(token)) throw unknown(expression, token);
    if (take('(')) return call(token);
    const word = { true: true, false: false, null: null }[token];
    return word === undefined ? lookUp(token) : word;
  }

  function call(name: string): Value {
    const argument = take(')') ? undefined : or();
    if (argument !== undefined && !take(')')) throw unknown(expression, name);
    if (name === 'always') return true;
    if (name === 'success') return well;
    if (name === 'failure') return !well;
    if (name === 'fromJSON' && typeof argument === 'string') return JSON.parse(argument) as Value;
    throw unknown(expression, name);
  }

  function lookUp(path: string): Value {
    const [context = '', ...members] = path.split('.');
    if (!(context in contexts)) throw unknown(expression, context);
    if (context === 'github' && !(members[0] !== undefined && members[0] in membersOf(contexts['github'])))
      throw unknown(expression, path);
    return members.reduce<Value>((found, member) => membersOf(found)[member] ?? null, contexts[context] ?? null);
  }
}

function tokensOf(expression: string): string[] {
  const token = /\s*(?:('(?:[^']|'')*'|\d+|[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*|&&|\|\||==|!=|[!()])|$)/y;
  const found: string[] = [];
  while (token.lastIndex < expression.length) {
    const from = token.lastIndex;
    const match = token.exec(expression);
    if (match === null) throw unknown(expression, expression.slice(from));
    if (match[1] !== undefined) found.push(match[1]);
  }
  return found;
}

function unknown(expression: string, part: string | undefined): Error {
  return new Error(
    `an expression that the rehearsal does not know: ${expression.trim()}, at ${part?.trim() ?? 'its end'}`,
  );
}

function membersOf(value: Value | undefined): Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {};
}

function isTrue(value: Value): boolean {
  return Boolean(value);
}

/** As GitHub compares: texts without case, and what is of two kinds as numbers. */
function isEqual(left: Value, right: Value): boolean {
  if (typeof left === 'string' && typeof right === 'string') return left.toLowerCase() === right.toLowerCase();
  if (typeof left === typeof right) return left === right;
  return numberOf(left) === numberOf(right);
}

function numberOf(value: Value): number {
  return typeof value === 'object' && value !== null ? Number.NaN : Number(value);
}

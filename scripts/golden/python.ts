/**
 * The small part of Python's expressions that cases are written in: calls, attributes, items, literals, tuples, lists and dicts;
 * products and negations are calls of the methods behind them.
 */
export type Expression =
  | { readonly kind: "literal"; readonly value: number | string | boolean | null }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "dict"; readonly entries: Readonly<Record<string, Expression>> }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "attribute"; readonly of: Expression; readonly name: string }
  | { readonly kind: "item"; readonly of: Expression; readonly at: Expression }
  | {
      readonly kind: "call";
      readonly of: Expression;
      readonly args: readonly Expression[];
      readonly kwargs: Readonly<Record<string, Expression>>;
    };

const TOKEN =
  /\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|("[^"]*"|'[^']*')|([A-Za-z_]\w*)|([()[\]{}:,.=*-]))/y;
const CONSTANTS: Readonly<Record<string, boolean | null>> = {
  True: true,
  False: false,
  None: null,
};

/** Parses one expression; throws SyntaxError with the text where it is not of that small part. */
export function parse(source: string): Expression {
  const tokens = tokenize(source);
  let at = 0;
  const peek = (): string | undefined => tokens[at];
  const expect = (token: string): void => {
    if (tokens[at++] !== token) throw new SyntaxError(`expected ${token} in ${source}`);
  };

  function postfix(): Expression {
    let value = atom();
    for (;;) {
      if (peek() === ".") {
        at++;
        value = { kind: "attribute", of: value, name: tokens[at++] as string };
      } else if (peek() === "(") {
        at++;
        value = { kind: "call", of: value, ...callArguments() };
      } else if (peek() === "[") {
        at++;
        value = { kind: "item", of: value, at: product() };
        expect("]");
      } else return value;
    }
  }

  function product(): Expression {
    let value = postfix();
    while (peek() === "*") {
      at++;
      value = method(value, "mul", [postfix()]);
    }
    return value;
  }

  function callArguments(): { args: Expression[]; kwargs: Record<string, Expression> } {
    const args: Expression[] = [];
    const kwargs: Record<string, Expression> = {};
    while (peek() !== ")") {
      if (tokens[at + 1] === "=") {
        const name = tokens[at] as string;
        at += 2;
        kwargs[name] = product();
      } else args.push(product());
      if (peek() !== ")") expect(",");
    }
    at++;
    return { args, kwargs };
  }

  /** Items up to `close`; Python's one-tuple `(x,)` is a list, `(x)` is not. */
  function sequence(close: string): Expression {
    const items: Expression[] = [];
    let commas = 0;
    while (peek() !== close) {
      items.push(product());
      if (peek() !== close) {
        expect(",");
        commas++;
      }
    }
    at++;
    if (close === ")" && items.length === 1 && commas === 0) return items[0] as Expression;
    return { kind: "list", items };
  }

  function entries(): Record<string, Expression> {
    const found: Record<string, Expression> = {};
    while (peek() !== "}") {
      const key = (tokens[at++] as string).slice(1, -1);
      expect(":");
      found[key] = product();
      if (peek() !== "}") expect(",");
    }
    at++;
    return found;
  }

  function atom(): Expression {
    const token = tokens[at++];
    if (token === undefined) throw new SyntaxError(`${source} ends too early`);
    if (token === "(") return sequence(")");
    if (token === "[") return sequence("]");
    if (token === "{") return { kind: "dict", entries: entries() };
    if (token === "-") {
      const value = postfix();
      if (value.kind !== "literal") return method(value, "neg", []);
      return { kind: "literal", value: -(value.value as number) };
    }
    if (/^["']/.test(token)) return { kind: "literal", value: token.slice(1, -1) };
    if (/^[\d.]/.test(token)) return { kind: "literal", value: Number(token) };
    if (token in CONSTANTS) return { kind: "literal", value: CONSTANTS[token] as boolean | null };
    return { kind: "name", name: token };
  }

  const whole = product();
  if (at !== tokens.length) throw new SyntaxError(`cannot read ${source} from ${tokens[at]}`);
  return whole;
}

const method = (of: Expression, name: string, args: readonly Expression[]): Expression => ({
  kind: "call",
  of: { kind: "attribute", of, name },
  args,
  kwargs: {},
});

function tokenize(source: string): string[] {
  const text = source.trim();
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new SyntaxError(`cannot read ${JSON.stringify(text.slice(from))}`);
    tokens.push(match[0].trim());
  }
  return tokens;
}

/** `torch.nn.Linear` of a chain of names, or null where something is called on the way. */
export function dotted(expression: Expression): string | null {
  if (expression.kind === "name") return expression.name;
  if (expression.kind !== "attribute") return null;
  const of = dotted(expression.of);
  return of === null ? null : `${of}.${expression.name}`;
}

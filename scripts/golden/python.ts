/**
 * The subset of Python that cases use. Expressions: calls, attributes, items, slices, literals,
 * tuples, lists, dicts, lambdas; operators are calls of their methods. Statements: an expression,
 * an assignment, a `with` block of such statements.
 */
export type Expression =
  | {
      readonly kind: "literal";
      readonly value: number | string | boolean | null;
      /** Whether the number is an integer literal. */
      readonly whole?: boolean;
    }
  | { readonly kind: "ellipsis" }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "dict"; readonly entries: readonly (readonly [string, Expression])[] }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "attribute"; readonly of: Expression; readonly name: string }
  | Item
  | { readonly kind: "slice"; readonly bounds: readonly (Expression | null)[] }
  | { readonly kind: "lambda"; readonly names: readonly string[]; readonly body: Expression }
  | {
      readonly kind: "call";
      readonly of: Expression;
      readonly args: readonly Expression[];
      readonly kwargs: Readonly<Record<string, Expression>>;
    };

/** `of[index]`; several indices form one. */
export interface Item {
  readonly kind: "item";
  readonly of: Expression;
  readonly index: readonly Expression[];
}

export type Statement =
  | { readonly kind: "expression"; readonly value: Expression }
  | { readonly kind: "assignment"; readonly target: Expression; readonly value: Expression }
  | { readonly kind: "with"; readonly context: Expression; readonly body: readonly Statement[] };

const TOKEN =
  /\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|("[^"]*"|'[^']*')|([A-Za-z_]\w*)|(\.\.\.|[()[\]{}:,.=*-]))/y;
const CONSTANTS: Readonly<Record<string, boolean | null>> = {
  True: true,
  False: false,
  None: null,
};

/** Parses an expression. Throws SyntaxError with the text if it is outside the subset. */
export function parse(source: string): Expression {
  const parser = new Parser(source);
  const whole = parser.product();
  parser.end();
  return whole;
}

/** Parses statements, one a line; those of a `with` are indented. */
export function parseProgram(source: string): readonly Statement[] {
  const lines = source.split("\n").filter((line) => line.trim() !== "");
  const statements: Statement[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at++] as string;
    if (!/^with\b/.test(line)) {
      statements.push(statement(line));
      continue;
    }
    const context = parse(line.replace(/^with\b/, "").replace(/:\s*$/, ""));
    const body: Statement[] = [];
    while (lines[at]?.startsWith(" ")) body.push(statement(lines[at++] as string));
    statements.push({ kind: "with", context, body });
  }
  return statements;
}

function statement(line: string): Statement {
  const parser = new Parser(line);
  const first = parser.product();
  if (!parser.takes("=")) {
    parser.end();
    return { kind: "expression", value: first };
  }
  const value = parser.product();
  parser.end();
  if (!["name", "attribute", "item"].includes(first.kind)) {
    throw new SyntaxError(`cannot assign in ${line}`);
  }
  return { kind: "assignment", target: first, value };
}

class Parser {
  readonly #source: string;
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(source: string) {
    this.#source = source;
    this.#tokens = tokenize(source);
  }

  get #next(): string | undefined {
    return this.#tokens[this.#at];
  }

  #take(): string {
    return this.#tokens[this.#at++] as string;
  }

  /** Consumes this token if it is the next one. */
  takes(token: string): boolean {
    if (this.#next !== token) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    if (!this.takes(token)) throw new SyntaxError(`expected ${token} in ${this.#source}`);
  }

  end(): void {
    if (this.#next !== undefined) {
      throw new SyntaxError(`cannot parse ${this.#source} at ${this.#next}`);
    }
  }

  product(): Expression {
    if (this.takes("lambda")) return this.#lambda();
    let value = this.#postfix();
    while (this.takes("*")) value = method(value, "mul", [this.#postfix()]);
    return value;
  }

  #lambda(): Expression {
    const names: string[] = [];
    while (!this.takes(":")) {
      names.push(this.#take());
      this.takes(",");
    }
    return { kind: "lambda", names, body: this.product() };
  }

  #postfix(): Expression {
    let value = this.#atom();
    for (;;) {
      if (this.takes(".")) value = { kind: "attribute", of: value, name: this.#take() };
      else if (this.takes("(")) value = { kind: "call", of: value, ...this.#callArguments() };
      else if (this.takes("[")) value = { kind: "item", of: value, index: this.#index() };
      else return value;
    }
  }

  #callArguments(): { args: Expression[]; kwargs: Record<string, Expression> } {
    const args: Expression[] = [];
    const kwargs: Record<string, Expression> = {};
    while (!this.takes(")")) {
      if (this.#tokens[this.#at + 1] === "=") {
        const name = this.#take();
        this.#expect("=");
        kwargs[name] = this.product();
      } else args.push(this.product());
      if (this.#next !== ")") this.#expect(",");
    }
    return { args, kwargs };
  }

  #index(): Expression[] {
    const places: Expression[] = [];
    while (!this.takes("]")) {
      places.push(this.#place());
      if (this.#next !== "]") this.#expect(",");
    }
    return places;
  }

  #place(): Expression {
    const bounds: (Expression | null)[] = [null];
    let isSlice = false;
    while (this.#next !== "]" && this.#next !== ",") {
      if (this.takes(":")) {
        isSlice = true;
        bounds.push(null);
      } else bounds[bounds.length - 1] = this.product();
    }
    return isSlice ? { kind: "slice", bounds } : (bounds[0] as Expression);
  }

  /** Items up to `close`; Python's `(x,)` is a list, `(x)` is not. */
  #sequence(close: string): Expression {
    const items: Expression[] = [];
    let commas = 0;
    while (!this.takes(close)) {
      items.push(this.product());
      if (this.#next !== close) {
        this.#expect(",");
        commas++;
      }
    }
    if (close === ")" && items.length === 1 && commas === 0) return items[0] as Expression;
    return { kind: "list", items };
  }

  #entries(): [string, Expression][] {
    const found: [string, Expression][] = [];
    while (!this.takes("}")) {
      const key = this.#take().slice(1, -1);
      this.#expect(":");
      found.push([key, this.product()]);
      if (this.#next !== "}") this.#expect(",");
    }
    return found;
  }

  #atom(): Expression {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new SyntaxError(`${this.#source} ends too early`);
    if (token === "(") return this.#sequence(")");
    if (token === "[") return this.#sequence("]");
    if (token === "{") return { kind: "dict", entries: this.#entries() };
    if (token === "...") return { kind: "ellipsis" };
    if (token === "-") {
      const value = this.#postfix();
      if (value.kind !== "literal") return method(value, "neg", []);
      return { ...value, value: -(value.value as number) };
    }
    if (/^["']/.test(token)) return { kind: "literal", value: token.slice(1, -1) };
    if (/^[\d.]/.test(token)) {
      return { kind: "literal", value: Number(token), whole: /^\d+$/.test(token) };
    }
    if (token in CONSTANTS) return { kind: "literal", value: CONSTANTS[token] as boolean | null };
    return { kind: "name", name: token };
  }
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
    if (match === null) throw new SyntaxError(`cannot parse ${JSON.stringify(text.slice(from))}`);
    tokens.push(match[0].trim());
  }
  return tokens;
}

/** Whether these are integers or bools in Python, so that a tensor of them has an integer dtype. */
export function areWhole(expression: Expression): boolean {
  const leaves = (one: Expression): Expression[] =>
    one.kind === "list" ? one.items.flatMap(leaves) : [one];
  const all = leaves(expression);
  const isWhole = (one: Expression): boolean => one.kind === "literal" && one.whole === true;
  const isTruth = (one: Expression): boolean =>
    one.kind === "literal" && typeof one.value === "boolean";
  return all.some(isWhole) && all.every((one) => isWhole(one) || isTruth(one));
}

/**
 * The dotted name of a chain of attributes such as `torch.nn.Linear`; null if it contains a call.
 */
export function dotted(expression: Expression): string | null {
  if (expression.kind === "name") return expression.name;
  if (expression.kind !== "attribute") return null;
  const of = dotted(expression.of);
  return of === null ? null : `${of}.${expression.name}`;
}

import type { Expr } from "./expression.ts";
import type { Statement } from "./loops.ts";

/** The values that a value is made of. */
export function operandsOf(value: Expr): readonly Expr[] {
  switch (value.kind) {
    case "call":
      return value.args;
    case "load":
    case "element":
      return [value.index];
    case "lane":
      return typeof value.lane === "number" ? [value.of] : [value.of, value.lane];
    case "at":
      return value.terms.flatMap(({ counter }) => [
        counter.index,
        ...counter.layout.walks.flatMap(({ base }) => base ?? []),
      ]);
    default:
      return [];
  }
}

/** The values that a statement itself evaluates, those of its blocks apart. */
export function valuesOf(statement: Statement): readonly Expr[] {
  switch (statement.do) {
    case "let":
    case "var":
    case "set":
      return [statement.value];
    case "store":
      return [statement.value, statement.index];
    case "put": {
      const { index, lane, value } = statement;
      return lane === null ? [index, value] : [index, lane, value];
    }
    case "count":
      return [
        statement.counter.index,
        ...statement.counter.layout.walks.flatMap(({ base }) => base ?? []),
      ];
    case "for": {
      const { from, to, step } = statement;
      return typeof step === "number" ? [from, to] : [from, to, step];
    }
    case "while":
    case "if":
      return [statement.condition];
    default:
      return [];
  }
}

/** The blocks of a statement. */
function blocksOf(statement: Statement): readonly (readonly Statement[])[] {
  if (statement.do === "for" || statement.do === "while") return [statement.body];
  return statement.do === "if" ? [statement.yes, statement.no] : [];
}

/** Every statement, those of blocks after the one that holds them. */
export function* eachStatement(statements: readonly Statement[]): Generator<Statement> {
  for (const statement of statements) {
    yield statement;
    for (const block of blocksOf(statement)) yield* eachStatement(block);
  }
}

/** Calls `visit` for every value of the statements once, and counts how often each is used. */
export function countUses(
  statements: readonly Statement[],
  more: readonly Expr[] = [],
  visit: (value: Expr) => void = () => {},
): Map<Expr, number> {
  const uses = new Map<Expr, number>();
  const open: Expr[] = [];
  const use = (value: Expr): void => {
    const known = uses.get(value);
    uses.set(value, (known ?? 0) + 1);
    if (known === undefined) open.push(value);
  };
  const drain = (): void => {
    for (let value = open.pop(); value !== undefined; value = open.pop()) {
      visit(value);
      for (const operand of operandsOf(value)) use(operand);
    }
  };
  for (const statement of eachStatement(statements)) {
    for (const value of valuesOf(statement)) use(value);
    drain();
  }
  for (const value of more) use(value);
  drain();
  return uses;
}

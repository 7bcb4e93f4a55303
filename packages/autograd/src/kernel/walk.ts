import type { Expr } from "./expression.ts";
import { fourFrom, fourOf } from "./fours.ts";
import type { Statement } from "./loops.ts";

/** The value that an address evaluates: for four consecutive elements, their `fourOf` number. */
const addressOf = (index: Expr): Expr => fourOf(index) ?? index;

/** The operands of a value. */
export function operandsOf(value: Expr): readonly Expr[] {
  switch (value.kind) {
    case "call":
      return value.args;
    case "load":
      return [addressOf(value.index)];
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

/** The value with mapped operands. `at` stays, since counters cannot be replaced. */
export function mapOperands(value: Expr, map: (operand: Expr) => Expr): Expr {
  switch (value.kind) {
    case "call": {
      const args = value.args.map(map);
      return args.every((arg, i) => arg === value.args[i]) ? value : { ...value, args };
    }
    case "load": {
      const four = fourOf(value.index);
      return { ...value, index: four === null ? map(value.index) : fourFrom(map(four)) };
    }
    case "element":
      return { ...value, index: map(value.index) };
    case "lane": {
      const lane = typeof value.lane === "number" ? value.lane : map(value.lane);
      return { ...value, of: map(value.of), lane };
    }
    default:
      return value;
  }
}

/** The values that a statement evaluates, without those of its blocks. */
export function valuesOf(statement: Statement): readonly Expr[] {
  switch (statement.do) {
    case "let":
    case "var":
    case "set":
      return [statement.value];
    case "store":
      return [statement.value, addressOf(statement.index)];
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

/** All statements; those of a block come after the statement that contains it. */
export function* eachStatement(statements: readonly Statement[]): Generator<Statement> {
  for (const statement of statements) {
    yield statement;
    for (const block of blocksOf(statement)) yield* eachStatement(block);
  }
}

/** The least id that is greater than those of all locals and arrays. */
export function firstFreeId(statements: readonly Statement[]): number {
  let free = 0;
  for (const statement of eachStatement(statements)) {
    if ("local" in statement) free = Math.max(free, statement.local.id + 1);
    else if (statement.do === "array") free = Math.max(free, statement.array.id + 1);
  }
  return free;
}

/** Counts how often each value is used. Calls `visit` once for each value. */
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

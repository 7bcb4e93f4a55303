import type { Expr } from "./expression.ts";
import type { Loops, Statement } from "./loops.ts";
import { arithmeticOf } from "./natives.ts";
import { countUses } from "./walk.ts";

/** Intrinsics whose arguments may differ in dtype. */
const mixed: ReadonlySet<string> = new Set(["select", "cast", "bitcast"]);

/**
 * The first fault of loops: a wrong type, or a name that is used before its definition; or null.
 */
export function faultOf({ grid, body }: Loops): string | null {
  try {
    new Checker(grid.kind === "groups").check(body, new Set());
    return null;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

class Fault extends Error {}

const typeText = ({ dtype, lanes }: Expr): string => `${dtype}${lanes === 4 ? "×4" : ""}`;

class Checker {
  readonly #groups: boolean;

  constructor(groups: boolean) {
    this.#groups = groups;
  }

  check(statements: readonly Statement[], outside: ReadonlySet<number>, depth = 0): void {
    const known = new Set(outside);
    const own = (values: readonly Expr[]): void => {
      countUses([], values, (value) => this.#value(value, known));
    };
    for (const statement of statements) {
      switch (statement.do) {
        case "let":
        case "var":
        case "set": {
          const { local, value } = statement;
          own([value]);
          if (value.dtype !== local.dtype || value.lanes > local.lanes)
            throw new Fault(`${statement.do} of ${typeText(local)} to ${typeText(value)}`);
          if (statement.do === "set" && !known.has(local.id))
            throw new Fault(`set of an undefined variable: ${local.id}`);
          known.add(local.id);
          break;
        }
        case "count":
          own([statement.counter.index]);
          break;
        case "store": {
          const { index, value, dtype } = statement;
          own([index, value]);
          this.#index(index);
          if (arithmeticOf(value.dtype) !== arithmeticOf(dtype))
            throw new Fault(`store of ${typeText(value)} in a buffer of ${dtype}`);
          if (value.lanes > index.lanes) throw new Fault("store of four values at one index");
          break;
        }
        case "array":
          if (statement.array.shared && !this.#groups)
            throw new Fault("a shared array, but the grid has no workgroups");
          known.add(statement.array.id);
          break;
        case "put": {
          const { array, index, lane, value } = statement;
          own(lane === null ? [index, value] : [index, lane, value]);
          if (!known.has(array.id)) throw new Fault(`put into an undefined array: ${array.id}`);
          if (value.dtype !== array.dtype)
            throw new Fault(`put of ${typeText(value)} into an array of ${array.dtype}`);
          break;
        }
        case "for": {
          const { local, from, to, step, body } = statement;
          own(typeof step === "number" ? [from, to] : [from, to, step]);
          for (const end of [from, to]) this.#index(end);
          this.check(body, new Set([...known, local.id]), depth);
          break;
        }
        case "while":
          own([statement.condition]);
          this.#condition(statement.condition);
          this.check(statement.body, known, depth + 1);
          break;
        case "if":
          own([statement.condition]);
          this.#condition(statement.condition);
          this.check(statement.yes, known, depth + 1);
          this.check(statement.no, known, depth + 1);
          break;
        case "barrier":
          if (!this.#groups || depth > 0)
            throw new Fault("a barrier that not every thread of a workgroup reaches");
      }
    }
  }

  #condition(value: Expr): void {
    if (value.dtype !== "bool" || value.lanes !== 1)
      throw new Fault(`a condition must be bool, not ${typeText(value)}`);
  }

  #index(value: Expr): void {
    if (value.dtype !== "u32") throw new Fault(`an index must be u32, not ${typeText(value)}`);
  }

  #value(value: Expr, known: ReadonlySet<number>): void {
    switch (value.kind) {
      case "local":
        if (!known.has(value.id)) throw new Fault(`an undefined name: ${value.id}`);
        return;
      case "load":
        this.#index(value.index);
        return;
      case "element":
        this.#index(value.index);
        if (!known.has(value.array.id)) throw new Fault(`an undefined array: ${value.array.id}`);
        return;
      case "call": {
        const { fn, args } = value;
        if (fn === "select") {
          const [condition, yes, no] = args as [Expr, Expr, Expr];
          if (condition.dtype !== "bool") throw new Fault(`select by ${typeText(condition)}`);
          if (yes.dtype !== no.dtype)
            throw new Fault(`select of ${typeText(yes)} and ${typeText(no)}`);
        }
        if (mixed.has(fn)) return;
        const [first] = args;
        const other = args.find((arg) => arg.dtype !== first?.dtype);
        if (other !== undefined)
          throw new Fault(`${fn} of ${typeText(first as Expr)} and ${typeText(other)}`);
      }
    }
  }
}

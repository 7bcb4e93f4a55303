import type { Expr } from "./expression.ts";
import type { Loops, Statement } from "./loops.ts";
import { arithmeticOf } from "./natives.ts";
import { countUses } from "./walk.ts";

/** Calls whose arguments may be of several types. */
const mixed: ReadonlySet<string> = new Set(["select", "cast", "bitcast"]);

/**
 * Says what is wrong with loops: types that do not fit, names that are not defined where they are
 * used; null if nothing is.
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
            throw new Fault(`${statement.do} of ${typeText(local)} is given ${typeText(value)}`);
          if (statement.do === "set" && !known.has(local.id))
            throw new Fault(`set of an unknown variable: ${local.id}`);
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
            throw new Fault(`a store of ${dtype} is given ${typeText(value)}`);
          if (value.lanes > index.lanes) throw new Fault("a store of four values at one place");
          break;
        }
        case "array":
          if (statement.array.shared && !this.#groups)
            throw new Fault("shared memory where threads do not work together");
          known.add(statement.array.id);
          break;
        case "put": {
          const { array, index, lane, value } = statement;
          own(lane === null ? [index, value] : [index, lane, value]);
          if (!known.has(array.id)) throw new Fault("put into an unknown array");
          if (value.dtype !== array.dtype)
            throw new Fault(`an array of ${array.dtype} is given ${typeText(value)}`);
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
            throw new Fault("a barrier where not every thread of a workgroup comes");
      }
    }
  }

  #condition(value: Expr): void {
    if (value.dtype !== "bool" || value.lanes !== 1)
      throw new Fault(`a condition is bool, and not ${typeText(value)}`);
  }

  #index(value: Expr): void {
    if (value.dtype !== "u32") throw new Fault(`an index is u32, and not ${typeText(value)}`);
  }

  #value(value: Expr, known: ReadonlySet<number>): void {
    switch (value.kind) {
      case "local":
        if (!known.has(value.id)) throw new Fault(`an unknown name: ${value.id}`);
        return;
      case "load":
        this.#index(value.index);
        return;
      case "element":
        this.#index(value.index);
        if (!known.has(value.array.id)) throw new Fault("an unknown array");
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

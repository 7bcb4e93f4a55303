import type { Expr } from "../../kernel/expression.ts";
import type { Loops, Statement } from "../../kernel/loops.ts";
import { countUses, valuesOf } from "../../kernel/walk.ts";

/** Intrinsics that take about one instruction. */
const single = new Set(
  "neg abs floor ceil trunc sqrt add sub mul div max min bitAnd bitOr bitXor shiftLeft shiftRight eq ne lt le gt ge and or xor isNan not select cast bitcast nativeSqrt nativeMax nativeMin nativeEq nativeDiv nativeInt nativeUnsigned quotient remainder iota any thread group local".split(
    " ",
  ),
);
/** Instructions of any other intrinsic. */
const FUNCTION = 16;
/** Rounds of a loop whose bounds are unknown. */
const ROUNDS = 8;

/** Estimated instructions of one thread of a grid, or of one workgroup. */
export function costOf({ grid, body }: Loops): number {
  const once = new Estimate().block(body);
  return grid.kind === "groups" ? once * grid.size : once;
}

class Estimate {
  readonly #values = new Map<number, Expr>();

  block(statements: readonly Statement[]): number {
    let sum = 0;
    for (const statement of statements) sum += this.#statement(statement);
    return sum;
  }

  #statement(statement: Statement): number {
    const own = costOfValues(valuesOf(statement));
    switch (statement.do) {
      case "let":
        this.#values.set(statement.local.id, statement.value);
        return own;
      case "for":
        return own + this.#rounds(statement) * (1 + this.block(statement.body));
      case "while":
        return ROUNDS * (own + this.block(statement.body));
      case "if":
        return own + Math.max(this.block(statement.yes), this.block(statement.no));
      case "array":
        return statement.array.cleared ? statement.array.length : 0;
      default:
        return own + 1;
    }
  }

  #rounds({ from, to, step }: Extract<Statement, { do: "for" }>): number {
    const by = typeof step === "number" ? step : (this.#most(step) ?? 1);
    const end = this.#resolved(to);
    // the end is often min(from + part, all)
    const sum =
      end.kind === "call" && end.fn === "nativeMin" ? this.#resolved(end.args[0] as Expr) : end;
    const first = this.#resolved(from);
    let span: number | null = null;
    if (sum.kind === "call" && sum.fn === "add" && this.#resolved(sum.args[0] as Expr) === first)
      span = this.#most(sum.args[1] as Expr);
    span ??= this.#most(end);
    return span === null ? ROUNDS : Math.ceil(span / by);
  }

  #resolved(value: Expr): Expr {
    let found = value;
    while (found.kind === "local") {
      const next = this.#values.get(found.id);
      if (next === undefined) return found;
      found = next;
    }
    return found;
  }

  /** An upper bound of a number; null if unknown. */
  #most(value: Expr): number | null {
    const found = this.#resolved(value);
    if (found.kind === "constant" || found.kind === "size") return found.value;
    if (found.kind !== "call") return null;
    const [a, b] = found.args.map((arg) => this.#most(arg));
    if (found.fn === "nativeMin") return a == null ? (b ?? null) : Math.min(a, b ?? a);
    if (found.fn === "remainder") return b == null ? null : b - 1;
    if (a == null) return null;
    if (found.fn === "sub") return a;
    if (b == null) return null;
    if (found.fn === "add") return a + b;
    if (found.fn === "mul") return a * b;
    if (found.fn === "quotient") return Math.ceil(a / b);
    return null;
  }
}

/** Instructions of these values. A value that is used twice counts once. */
function costOfValues(values: readonly Expr[]): number {
  let sum = 0;
  countUses([], values, (value) => {
    if (value.kind === "load" || value.kind === "element" || value.kind === "lane") sum += 1;
    else if (value.kind === "call") sum += single.has(value.fn) ? 1 : FUNCTION;
  });
  return sum;
}

import type { Counter, Expr } from "../../../kernel/expression.ts";
import type { Local, Statement } from "../../../kernel/loops.ts";
import { countUses, eachStatement, operandsOf, valuesOf } from "../../../kernel/walk.ts";

/** Facts about values: uses are collected at once, facts about names while they are written. */
export class Facts {
  /** The walks of each counter that are used; -1 is the count itself. */
  readonly walks: Map<Counter, Set<number>> = new Map();
  /** Ids of scalars that are used in four lanes, and of those that are used in one. */
  readonly #spread = new Set<number>();
  readonly #single = new Set<number>();
  /** Ids of multiples of four, and of values that depend on loads. */
  readonly #multiplesOfFour = new Set<number>();
  readonly #dependent = new Set<number>();

  constructor(body: readonly Statement[]) {
    countUses(body, [], (value) => {
      if (value.kind === "at") {
        for (const { counter, walk } of value.terms) {
          const walks = this.walks.get(counter) ?? new Set();
          this.walks.set(counter, walks.add(value.whole ? -1 : walk));
        }
      }
      const four = value.kind === "call" && value.lanes === 4;
      for (const one of operandsOf(value))
        if (one.kind === "local") (four ? this.#spread : this.#single).add(one.id);
    });
    for (const statement of eachStatement(body)) {
      for (const value of valuesOf(statement))
        if (value.kind === "local") this.#single.add(value.id);
      if (
        statement.do === "store" &&
        statement.index.lanes === 4 &&
        statement.value.kind === "local"
      )
        this.#spread.add(statement.value.id);
    }
  }

  /** Whether a scalar is used in four lanes. */
  isUsedInVectors({ id }: Local): boolean {
    return this.#spread.has(id);
  }

  /** Whether a scalar is used in one lane. */
  isUsedAlone({ id }: Local): boolean {
    return this.#single.has(id);
  }

  /** Notes the facts about a name's value. */
  note({ id, mutable }: Local, value: Expr): void {
    if (this.depends(value)) this.#dependent.add(id);
    if (!mutable && this.isMultipleOfFour(value)) this.#multiplesOfFour.add(id);
  }

  noteMultipleOfFour({ id }: Local): void {
    this.#multiplesOfFour.add(id);
  }

  /** Whether the number is known to be a multiple of four. */
  isMultipleOfFour(value: Expr): boolean {
    switch (value.kind) {
      case "constant":
      case "size":
        return value.value % 4 === 0;
      case "local":
        return this.#multiplesOfFour.has(value.id);
      case "call": {
        const [a, b] = value.args as [Expr, Expr];
        if (value.fn === "mul") return this.isMultipleOfFour(a) || this.isMultipleOfFour(b);
        if (value.fn === "add" || value.fn === "nativeMin")
          return this.isMultipleOfFour(a) && this.isMultipleOfFour(b);
        return false;
      }
      default:
        return false;
    }
  }

  /** Whether the value depends on a load. Such an index is clamped to its buffer. */
  depends(value: Expr): boolean {
    switch (value.kind) {
      case "load":
      case "element":
        return true;
      case "local":
        return this.#dependent.has(value.id);
      case "call":
        return value.args.some((arg) => this.depends(arg));
      case "lane":
        return this.depends(value.of);
      case "at":
        return value.terms.some(({ counter }) => this.depends(counter.index));
      default:
        return false;
    }
  }
}

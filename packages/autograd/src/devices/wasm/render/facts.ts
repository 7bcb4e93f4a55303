import type { Counter, Expr } from "../../../kernel/expression.ts";
import type { Local, Statement } from "../../../kernel/loops.ts";
import { countUses, eachStatement, operandsOf, valuesOf } from "../../../kernel/walk.ts";

/** What is known of values before they are written, and of names while they are. */
export class Facts {
  /** The walks that are taken of each counter; -1 is the count itself. */
  readonly walks: Map<Counter, Set<number>> = new Map();
  /** Names of scalars that are used in four lanes, and of those that are used in one. */
  readonly #spread = new Set<number>();
  readonly #single = new Set<number>();
  /** Names of numbers that divide by four, and of those that depend on what was read. */
  readonly #fourfold = new Set<number>();
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
  isSpread({ id }: Local): boolean {
    return this.#spread.has(id);
  }

  /** Whether it is used in one lane too. */
  isSingle({ id }: Local): boolean {
    return this.#single.has(id);
  }

  /** A name is given a value. */
  note({ id, mutable }: Local, value: Expr): void {
    if (this.depends(value)) this.#dependent.add(id);
    if (!mutable && this.isFourfold(value)) this.#fourfold.add(id);
  }

  noteFourfold({ id }: Local): void {
    this.#fourfold.add(id);
  }

  /** Whether the number divides by four. */
  isFourfold(value: Expr): boolean {
    switch (value.kind) {
      case "constant":
      case "size":
        return value.value % 4 === 0;
      case "local":
        return this.#fourfold.has(value.id);
      case "call": {
        const [a, b] = value.args as [Expr, Expr];
        if (value.fn === "mul") return this.isFourfold(a) || this.isFourfold(b);
        if (value.fn === "add" || value.fn === "nativeMin")
          return this.isFourfold(a) && this.isFourfold(b);
        return false;
      }
      default:
        return false;
    }
  }

  /**
   * Whether the value depends on what was read from memory: such an index is kept inside its
   * buffer.
   */
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

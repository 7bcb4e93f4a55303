import type { Counter, Expr } from "../../../kernel/expression.ts";
import { e } from "../../../kernel/expression.ts";
import { axesOf } from "./axes.ts";
import type { Facts } from "./facts.ts";
import type { ValueWriter } from "./values.ts";

/** The locals that hold a counter's walks: offsets in bytes. */
export interface Counted {
  readonly depth: number;
  /** Lane 0 of each walk. */
  readonly offsets: ReadonlyMap<number, number>;
  /** Constant distances of lanes 1 to 3 from lane 0, in elements, if the lanes are regular. */
  readonly lanes: ReadonlyMap<number, readonly [number, number, number]>;
  /** The local that says whether the lanes are regular; null if they always are. */
  readonly regular: number | null;
  /** Lanes 1 to 3 of each walk, if the lanes are not regular. */
  readonly others: ReadonlyMap<number, readonly number[]>;
}

/** Whether four consecutive elements are two pairs: the innermost axis has two elements. */
export const inPairs = (sizes: readonly number[]): boolean =>
  sizes.length > 1 && sizes.at(-1) === 2;

function lanesOf(strides: readonly number[], pairs: boolean): readonly [number, number, number] {
  const next = strides.at(-1) as number;
  const pair = pairs ? (strides.at(-2) as number) : 2 * next;
  return [next, pair, pair + next];
}

/** Computes the positions of counters' walks and keeps them in locals. */
export class Counters {
  readonly #writer: ValueWriter;
  readonly #facts: Facts;
  readonly #counted = new Map<Counter, Counted>();

  constructor(writer: ValueWriter, facts: Facts) {
    this.#writer = writer;
    this.#facts = facts;
  }

  of(counter: Counter): Counted {
    return this.#counted.get(counter) as Counted;
  }

  set(counter: Counter, counted: Counted): void {
    this.#counted.set(counter, counted);
  }

  count(counter: Counter): void {
    const first = firstOf(counter.index);
    if (first === null) {
      this.#countApart(counter);
      return;
    }
    const index = this.#writer.local("i32");
    this.#writer.push(first, 1);
    this.#writer.code.set(index);
    const counted = this.open(counter, this.#facts.isMultipleOfFour(first));
    this.find(counter, counted, index);
  }

  /** Computes the walks of an index whose four lanes are not consecutive. */
  #countApart(counter: Counter): void {
    const { code } = this.#writer;
    const counted = this.open(counter, false, { apart: true });
    const used = [...counted.offsets.keys()];
    const { sizes, strides, total } = axesOf(counter.layout, used);
    const [vector, at] = [this.#writer.local("v128"), this.#writer.local("i32")];
    this.#writer.push(counter.index, 4);
    code.set(vector);
    code.i32(0);
    code.set(counted.regular as number);
    for (const lane of [0, 1, 2, 3]) {
      code.get(vector);
      code.extract("i32", lane);
      code.tee(at);
      code.i32(total - 1);
      code.get(at);
      code.i32(total);
      code.op("i32.lt_u");
      code.op("select");
      code.set(at);
      this.#walkTo(counter.layout, used, sizes, strides, at, (walk) =>
        lane === 0
          ? (counted.offsets.get(walk) as number)
          : ((counted.others.get(walk) as readonly number[])[lane - 1] as number),
      );
    }
  }

  /**
   * Makes locals for a counter's walks. `apart`: its lanes are not consecutive. `line`: it runs
   * along one line.
   */
  open(
    counter: Counter,
    multipleOfFour: boolean,
    { apart = false, line = false }: { apart?: boolean; line?: boolean } = {},
  ): Counted {
    const used = [...(this.#facts.walks.get(counter) ?? [])];
    const { sizes, strides, total } = axesOf(counter.layout, used);
    const inner = sizes.at(-1) as number;
    const four = counter.index.lanes === 4;
    const pairs = multipleOfFour && inPairs(sizes) && (line || (sizes.at(-2) as number) % 2 === 0);
    const lanes = new Map(
      used.map((walk) => [walk, lanesOf(strides.get(walk) as readonly number[], pairs)]),
    );
    const simple =
      sizes.length === 1 && [...lanes.values()].every(([next]) => next <= 1 && next >= 0);
    const even = multipleOfFour && inner % 4 === 0 && total % 4 === 0;
    const always = !apart && (!four || simple || even || pairs);
    const counted: Counted = {
      depth: this.#writer.depth,
      offsets: new Map(used.map((walk) => [walk, this.#writer.local("i32")])),
      lanes,
      regular: always ? null : this.#writer.local("i32"),
      others: new Map(
        always
          ? []
          : used.map((walk) => [
              walk,
              [this.#writer.local("i32"), this.#writer.local("i32"), this.#writer.local("i32")],
            ]),
      ),
    };
    this.#counted.set(counter, counted);
    return counted;
  }

  /** Computes the walks at an index. */
  find(counter: Counter, counted: Counted, index: number): void {
    const { code } = this.#writer;
    const { layout } = counter;
    const used = [...counted.offsets.keys()];
    if (used.length === 0) return;
    const { sizes, strides, total } = axesOf(layout, used);
    const inner = this.#walkTo(
      layout,
      used,
      sizes,
      strides,
      index,
      (walk) => counted.offsets.get(walk) as number,
    );
    if (counted.regular === null) return;
    // the lanes are regular if they are in one line of the innermost axis
    code.get(inner);
    code.i32(3);
    code.op("i32.add");
    code.i32(sizes.at(-1) as number);
    code.op("i32.lt_u");
    code.tee(counted.regular);
    code.op("i32.eqz");
    code.if();
    const at = this.#writer.local("i32");
    for (const lane of [1, 2, 3]) {
      // a lane past the end reads the last element
      code.get(index);
      code.i32(lane);
      code.op("i32.add");
      code.tee(at);
      code.i32(total - 1);
      code.get(at);
      code.i32(total);
      code.op("i32.lt_u");
      code.op("select");
      code.set(at);
      this.#walkTo(
        layout,
        used,
        sizes,
        strides,
        at,
        (walk) => (counted.others.get(walk) as readonly number[])[lane - 1] as number,
      );
    }
    code.end();
  }

  /** Sets the walks' offsets at an index. Returns the local of the innermost coordinate. */
  #walkTo(
    layout: Counter["layout"],
    used: readonly number[],
    sizes: readonly number[],
    strides: ReadonlyMap<number, readonly number[]>,
    index: number,
    localOf: (walk: number) => number,
  ): number {
    const { code } = this.#writer;
    const coordinates: number[] = [];
    let rest = index;
    for (let d = sizes.length - 1; d > 0; d--) {
      const [quotient, coordinate] = [this.#writer.local("i32"), this.#writer.local("i32")];
      code.get(rest);
      code.i32(sizes[d] as number);
      code.op("i32.div_u");
      code.tee(quotient);
      code.i32(-(sizes[d] as number));
      code.op("i32.mul");
      code.get(rest);
      code.op("i32.add");
      code.set(coordinate);
      coordinates[d] = coordinate;
      rest = quotient;
    }
    coordinates[0] = rest;
    for (const walk of used) {
      const base = walk < 0 ? null : (layout.walks[walk] as (typeof layout.walks)[number]).base;
      let any = false;
      if (base !== null) {
        this.#writer.push(base, 1);
        code.i32(2);
        code.op("i32.shl");
        any = true;
      }
      for (const [d, stride] of (strides.get(walk) as readonly number[]).entries()) {
        if (stride === 0) continue;
        code.get(coordinates[d] as number);
        code.i32(4 * stride);
        code.op("i32.mul");
        if (any) code.op("i32.add");
        any = true;
      }
      if (!any) code.i32(0);
      code.set(localOf(walk));
    }
    return coordinates[sizes.length - 1] as number;
  }
}

/** Lane 0 of an index with consecutive lanes; null for other vectors. */
function firstOf(index: Expr): Expr | null {
  if (index.lanes === 1) return index;
  if (index.kind === "call" && index.fn === "iota") return e.u32(0);
  if (index.kind === "call" && index.fn === "add") {
    const [a, b] = index.args.map(firstOf) as [Expr | null, Expr | null];
    if (a === null || b === null) return null;
    if (a.kind === "constant" && a.value === 0) return b;
    if (b.kind === "constant" && b.value === 0) return a;
    return { ...index, args: [a, b], lanes: 1 };
  }
  return null;
}

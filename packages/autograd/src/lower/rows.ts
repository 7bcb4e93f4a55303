import type { Kernel, KernelOperand, KernelStep } from "../devices/device.ts";
import type { Reduce } from "../graph/op.ts";
import { fitsRowSpace, type Level, levelRead, type RowSpace, rowRank } from "../graph/row-space.ts";
import { isWhole } from "../graph/view.ts";
import { type Counter, type Expr, e, type Lanes } from "../kernel/expression.ts";
import { fourFrom } from "../kernel/fours.ts";
import type { Loops } from "../kernel/loops.ts";
import { type Shape, sameShape, sizeOf } from "../shape.ts";
import { accumulator, type Combine, extreme } from "./accumulate.ts";
import { shapeOf } from "./index-map.ts";
import { asStored, elementwiseOperands, isConstant, Lowering } from "./lowering.ts";
import { Place } from "./place.ts";
import type { Target } from "./target.ts";
import type { Found, Team } from "./workgroup.ts";

/** Whether the kernel needs a row kernel: more than one reduction with an epilogue of one shape. */
export function isRowProgram({ steps, stored, rows }: Kernel): boolean {
  if (rows === null) return false;
  const last = steps.at(-1) as KernelStep;
  const [reduction, ...others] = steps.filter(isReduction);
  if (reduction === undefined || others.length > 0) return true;
  if (sizeOf(last.shape) !== rows.rows) return true;
  const after = new Set<number>();
  steps.forEach(({ operands }, index) => {
    const follows = operands.some(
      ({ source }) =>
        "step" in source && (steps[source.step] === reduction || after.has(source.step)),
    );
    if (follows) after.add(index);
  });
  return [...after, ...stored].some((index) => {
    const step = steps[index] as KernelStep;
    return step !== reduction && !sameShape(step.shape, last.shape);
  });
}

/**
 * Reductions over the same rows, with the elementwise work between and after them. A row has one
 * thread or one workgroup. There is one pass over the row for each reduction in a chain of
 * dependent ones, and one to store elements.
 */
export function lowerRows(kernel: Kernel, target: Target): Loops[] {
  const program = new RowProgram(kernel, target);
  return program.rowSpace.rows === 0 ? [] : [new RowLowering(program).write()];
}

/** The level of each step (row or element), and the passes after which its value is known. */
class RowProgram {
  readonly kernel: Kernel;
  readonly rowSpace: RowSpace;
  readonly levels = new Map<number, Level>();
  /** The number of passes after which a step's value is known. */
  readonly depths = new Map<number, number>();
  readonly passes: number;
  /** Elements of a row that a thread reads at a time. */
  readonly lanes: Lanes;
  /** The threads that share a row; null if a row has one thread. */
  readonly team: Team | null;
  /** Lanes hold neighbouring rows: for short rows, and for reductions that give a position. */
  readonly across: boolean;

  constructor(kernel: Kernel, target: Target) {
    this.kernel = kernel;
    this.rowSpace = kernel.rows as RowSpace;
    const { rows, length } = this.rowSpace;
    const positions = kernel.steps.some((step) => isReduction(step) && positionOf(step) !== null);
    this.lanes = length % 4 === 0 && length >= 8 && !positions ? 4 : 1;
    for (const index of kernel.stored) {
      const step = kernel.steps[index] as KernelStep;
      const size = sizeOf(step.shape);
      this.#place(index, isReduction(step) || size !== rows * length ? "row" : "element");
    }
    this.passes = Math.max(...this.depths.values());
    const results = kernel.stored.every((index) => this.levels.get(index) === "row");
    this.team = target.gpu?.teamOfRow(target, rows, length) ?? null;
    this.across = target.processor !== undefined && this.lanes === 1 && results && rows >= 4;
  }

  /** The row of a thread or of its workgroup, or the four rows of a thread. */
  get row(): Expr {
    if (this.team !== null) return this.team.row;
    return this.across ? fourFrom(e.thread) : e.thread;
  }

  step(index: number): KernelStep {
    return this.kernel.steps[index] as KernelStep;
  }

  /** The level at which a step at `level` reads this operand; null if not in the row space. */
  levelOf({ source, view, base }: KernelOperand, level: Level): Level | null {
    if (!("step" in source) || isConstant(this.step(source.step))) return null;
    const read = view === null ? level : levelRead(view, sizeOf(base), level, this.rowSpace);
    // a step whose dimensions do not split between rows is evaluated at an index
    return read !== null && fitsRowSpace(this.step(source.step).shape, read, this.rowSpace)
      ? read
      : null;
  }

  /** The steps of one level among `roots` and what they read in the row space, up to reductions. */
  reach(roots: readonly number[], level: Level): number[] {
    const found = new Set<number>();
    const open = roots.map((root) => ({ index: root, at: this.levels.get(root) as Level }));
    const seen = new Set<string>();
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { index, at } = next;
      const step = this.step(index);
      if (isReduction(step) || seen.has(`${index} ${at}`)) continue;
      seen.add(`${index} ${at}`);
      if (at === level) found.add(index);
      for (const operand of elementwiseOperands(step)) {
        const its = this.levelOf(operand, at);
        if (its !== null) open.push({ index: (operand.source as { step: number }).step, at: its });
      }
    }
    return [...found].sort((a, b) => a - b);
  }

  /** Sets the level and depth of a step and of the steps that it reads in the row space. */
  #place(root: number, level: Level): void {
    const reads = (index: number): { index: number; level: Level }[] => {
      const step = this.step(index);
      return elementwiseOperands(step).flatMap((operand) => {
        const its = isReduction(step)
          ? this.walked(operand)
          : this.levelOf(operand, this.levels.get(index) as Level);
        return its === null
          ? []
          : [{ index: (operand.source as { step: number }).step, level: its }];
      });
    };
    const open = [{ index: root, level }];
    const found: number[] = [];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (this.levels.has(next.index)) continue;
      this.levels.set(next.index, next.level);
      found.push(next.index);
      open.push(...reads(next.index));
    }
    for (const index of found.sort((a, b) => a - b)) {
      const before = reads(index).map((read) => this.depths.get(read.index) as number);
      const own = isReduction(this.step(index)) ? 1 : 0;
      this.depths.set(index, Math.max(0, ...before) + own);
    }
  }

  /**
   * The level at which a reduction reads its operand: elements in order, or one value for the whole
   * row; null for any other read.
   */
  walked(operand: KernelOperand): Level | null {
    const { source, view, base } = operand;
    if (!("step" in source) || isConstant(this.step(source.step))) return null;
    const whole = view === null || isWhole(view, sizeOf(base));
    if (!whole) return this.levelOf(operand, "element");
    return fitsRowSpace(this.step(source.step).shape, "element", this.rowSpace) ? "element" : null;
  }
}

/** The place of a row's current element in a shape, within a loop along the row. */
interface ElementPlace {
  readonly shape: Shape;
  readonly place: Place;
}

class RowLowering extends Lowering {
  readonly #program: RowProgram;
  readonly #levels = new Map<Place, Level>();
  readonly #results = new Map<number, Expr>();
  #elementPlaces: ElementPlace[] = [];
  readonly #hoisted = new Map<KernelOperand, Expr>();

  constructor(program: RowProgram) {
    super(program.kernel);
    this.#program = program;
  }

  write(): Loops {
    const { rowSpace, passes } = this.#program;
    this.#hoist();
    this.#settleRows(0);
    for (let pass = 1; pass <= passes; pass++) {
      this.#reduce(pass);
      this.#settleRows(pass);
    }
    this.#store();
    return { grid: this.#grid(rowSpace.rows), body: this.b.statements };
  }

  #grid(rows: number): Loops["grid"] {
    const { across, team } = this.#program;
    if (team !== null) return team.grid(rows);
    if (across) return { kind: "items", items: Math.ceil(rows / 4) };
    return { kind: "threads", threads: rows };
  }

  /** Writes a pass along the row, for all reductions whose operands are known by now. */
  #reduce(pass: number): void {
    const { kernel, depths, lanes, across, team, rowSpace } = this.#program;
    const { b } = this;
    const first = team?.lane ?? e.u32(0);
    const reductions = kernel.steps.flatMap((step, index) =>
      isReduction(step) && depths.get(index) === pass ? [{ step, index }] : [],
    );
    const walks = reductions.map(({ step, index }) => {
      const { combine } = step.op.meaning as Reduce;
      const operand = step.operands[0] as KernelOperand;
      const position = positionOf(step);
      if (position !== null) {
        const found = extreme(b, position, operand.dtype, across ? 4 : 1);
        const add = (value: Expr, j: Expr) => found.add(value, j, e.eq(j, first));
        const all = (): Found => {
          if (team === null) return found;
          const some = e.lt(e.local, e.size(rowSpace.length));
          return team.firstExtreme(b, position, operand.dtype, { ...found, some });
        };
        return { step, index, operand, add, result: () => e.cast(all().at, step.dtype) };
      }
      const width = across ? 4 : lanes;
      const total = accumulator(b, combine as Combine, step.dtype, width, across);
      const add = (value: Expr) => total.add(e.cast(value, step.dtype));
      const result = (): Expr => {
        const own = total.result();
        return team?.combine(b, combine as Combine, step.dtype, own) ?? own;
      };
      return { step, index, operand, add, result };
    });
    const shapes = walks.flatMap(({ operand }) => {
      if (this.#program.walked(operand) === null) return [shapeOf(operand)];
      return [];
    });
    const roots = walks.flatMap(({ operand }) =>
      this.#program.walked(operand) === "element"
        ? [(operand.source as { step: number }).step]
        : [],
    );
    this.#alongRow(roots, shapes, (place, j) => {
      for (const { operand, add } of walks) add(this.#walked(operand, place), j);
    });
    for (const { step, index, result } of walks)
      this.#results.set(index, b.let(asStored(result(), step.dtype)));
  }

  /** The value of a reduction's operand within the loop. */
  #walked(operand: KernelOperand, placeIn: (shape: Shape) => Place): Expr {
    const { source, view, base } = operand;
    const level = this.#program.walked(operand);
    if (level !== null) {
      const { step } = source as { step: number };
      return level === "row" ? (this.#results.get(step) as Expr) : this.value(step, placeIn(base));
    }
    const place = placeIn(shapeOf(operand));
    const ordered = view === null || isWhole(view, sizeOf(base));
    return ordered && "input" in source
      ? this.load(source.input, place.whole)
      : this.operand(operand, place);
  }

  /**
   * Writes a loop along the row. `body` evaluates `roots`, and operands of these shapes, at the
   * current element.
   */
  #alongRow(
    roots: readonly number[],
    shapes: readonly Shape[],
    body: (placeIn: (shape: Shape) => Place, j: Expr) => void,
  ): void {
    const { lanes, rowSpace, team } = this.#program;
    const all = [
      ...this.#program.reach(roots, "element").map((index) => this.#program.step(index).shape),
      ...shapes,
    ];
    const distinct = all.filter((shape, i) => all.findIndex((s) => sameShape(s, shape)) === i);
    const outer = distinct.map((shape) => {
      const rank = rowRank(shape, rowSpace.rows);
      return { shape, rank, rows: this.b.count(shape.slice(0, rank), this.#program.row) };
    });
    const [first] = outer;
    const dims = first === undefined ? [rowSpace.length] : first.shape.slice(first.rank);
    const from = team === null ? e.u32(0) : e.mul(team.lane, e.u32(lanes));
    const range = { from, to: e.size(rowSpace.length), lanes, apart: lanes * (team?.lanes ?? 1) };
    this.b.over(dims, range, (counter, j) => {
      this.#elementPlaces = outer.map(({ shape, rank, rows }, i) => {
        const own: Counter = i === 0 ? counter : this.b.count(shape.slice(rank), counter.index);
        const place = new Place(rows, own);
        this.#levels.set(place, "element");
        return { shape, place };
      });
      body((shape) => this.#elementPlace(shape), j);
    });
  }

  #elementPlace(shape: Shape): Place {
    const found = this.#elementPlaces.find((place) => sameShape(place.shape, shape));
    return (found as ElementPlace).place;
  }

  /** Loads inputs that are the same for all elements of a row before the loops. */
  #hoist(): void {
    const { rowSpace, levels } = this.#program;
    this.kernel.steps.forEach((step, index) => {
      if (levels.get(index) !== "element" || isReduction(step)) return;
      for (const operand of elementwiseOperands(step)) {
        const { source, view, offset } = operand;
        if (!("input" in source) || view === null) continue;
        const rank = rowRank(view.shape, rowSpace.rows);
        const alike = view.strides
          .slice(rank)
          .every((stride, d) => stride === 0 || view.shape[rank + d] === 1);
        if (!alike) continue;
        const place = new Place(this.b.count(view.shape.slice(0, rank), this.#program.row));
        const at = place.walk(view.strides.slice(0, rank), e.param(offset, "u32"));
        this.#hoisted.set(operand, this.b.let(this.load(source.input, at)));
      }
    });
  }

  /** Evaluates the steps of level "row" that are known after this many passes. */
  #settleRows(pass: number): void {
    const { kernel, levels, depths } = this.#program;
    kernel.steps.forEach((step, index) => {
      if (levels.get(index) !== "row" || depths.get(index) !== pass || isReduction(step)) return;
      const place = new Place(this.b.count(step.shape, this.#program.row));
      this.#levels.set(place, "row");
      this.#results.set(index, this.b.let(super.value(index, place)));
    });
  }

  #store(): void {
    const { kernel, levels } = this.#program;
    const outputs = kernel.stored.map((step, output) => ({ step, output }));
    const elements = outputs.filter(({ step }) => levels.get(step) === "element");
    const ofRows = outputs.filter(({ step }) => levels.get(step) !== "element");
    const storeRows = (): void => {
      for (const { step, output } of ofRows)
        this.store(this.#program.row, this.#results.get(step) as Expr, output);
    };
    if (this.#program.team === null) storeRows();
    else if (ofRows.length > 0) {
      // other threads may still read what the first thread overwrites
      if (kernel.inputs.some(({ inPlace }) => inPlace >= 0)) this.b.barrier(true);
      this.b.if(e.eq(e.local, e.u32(0)), storeRows);
    }
    if (elements.length === 0) return;
    const roots = elements.map(({ step }) => step);
    this.#alongRow(roots, [], (placeIn) => {
      // all are read before any is written, since an output may share an input's buffer
      const values = elements.map(({ step }) => {
        const place = placeIn(this.#program.step(step).shape);
        return { place, value: this.b.let(this.value(step, place)) };
      });
      values.forEach(({ place, value }, i) => {
        this.store(place.whole, value, (elements[i] as { output: number }).output);
      });
    });
  }

  protected override placeOf(operand: KernelOperand, place: Place): Place | null {
    const level = this.#levels.get(place);
    if (level === undefined) return super.placeOf(operand, place);
    if (this.#hoisted.has(operand)) return null;
    const next = this.#program.levelOf(operand, level);
    if (next === null) return super.placeOf(operand, place);
    const { step } = operand.source as { step: number };
    return next === "row" ? null : this.#elementPlace(this.#program.step(step).shape);
  }

  override operand(operand: KernelOperand, place: Place): Expr {
    const level = this.#levels.get(place);
    if (level === undefined) return super.operand(operand, place);
    const hoisted = this.#hoisted.get(operand);
    if (hoisted !== undefined) return hoisted;
    const next = this.#program.levelOf(operand, level);
    if (next === null) return super.operand(operand, place);
    const { step } = operand.source as { step: number };
    return next === "row"
      ? (this.#results.get(step) as Expr)
      : this.value(step, this.#elementPlace(this.#program.step(step).shape));
  }
}

/** The extreme whose position a reduction gives; null if it gives a value. */
const positionOf = ({ op }: KernelStep): "argmax" | "argmin" | null => {
  const { combine } = op.meaning as Reduce;
  return combine === "argmax" || combine === "argmin" ? combine : null;
};

const isReduction = ({ op }: KernelStep): boolean => op.meaning.kind === "reduce";

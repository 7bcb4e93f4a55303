import { type Frame, fitsFrame, type Level, levelRead, rowRank } from "../../graph/frame.ts";
import type { Reduce } from "../../graph/op.ts";
import { isWhole } from "../../graph/view.ts";
import {
  type Lanes,
  rounded,
  splat,
  storageType,
  type WgslValue,
  wgslType,
} from "../../kernel/wgsl.ts";
import { type Shape, sameShape, sizeOf } from "../../shape.ts";
import type { Kernel, KernelOperand, KernelStep } from "../device.ts";
import { accumulator, type Combine, cast, extreme } from "./accumulate.ts";
import { shapeOf } from "./lines.ts";
import { Position, type Reading } from "./position.ts";
import { alongside, isConstant, Shader, type ShaderLimits, type Stage } from "./shader.ts";
import type { Words } from "./words.ts";

/** Whether the kernel is more than one reduction with work of one shape on its results. */
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
 * Reductions over the same rows, and the elementwise work between and after them: a thread a row, which walks it once for each
 * reduction that waits for another, and once more to store values of its elements. The order is fixed by the shape alone.
 */
export function rowStages(kernel: Kernel, words: Words, limits: ShaderLimits): Stage[] {
  const program = new Program(kernel);
  return program.frame.rows === 0 ? [] : [new RowShader(program, words, limits).write(limits)];
}

/** What of a kernel stands where, and after which of its passes over the rows it is known. */
class Program {
  readonly kernel: Kernel;
  readonly frame: Frame;
  readonly levels = new Map<number, Level>();
  /** Passes that must be over before a step's value is known. */
  readonly depths = new Map<number, number>();
  readonly passes: number;
  readonly lanes: Lanes;
  /** Inputs whose every read is of the elements in their order. */
  readonly wide: ReadonlySet<number>;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.frame = kernel.rows as Frame;
    const { rows, length } = this.frame;
    const positions = kernel.steps.some((step) => isReduction(step) && positionOf(step) !== null);
    this.lanes = length % 4 === 0 && length >= 8 && !positions ? 4 : 1;
    for (const index of kernel.stored) {
      const step = kernel.steps[index] as KernelStep;
      const size = sizeOf(step.shape);
      this.#place(index, isReduction(step) || size !== rows * length ? "row" : "element");
    }
    this.passes = Math.max(...this.depths.values());
    this.wide = this.lanes === 4 ? this.#wideInputs() : new Set();
  }

  step(index: number): KernelStep {
    return this.kernel.steps[index] as KernelStep;
  }

  /** The level at which a step at `level` reads this operand in the frame; null where it reads in a way of its own. */
  levelOf({ source, view, base }: KernelOperand, level: Level): Level | null {
    if (!("step" in source) || isConstant(this.step(source.step))) return null;
    const read = view === null ? level : levelRead(view, sizeOf(base), level, this.frame);
    // whatever reads it, a step whose dimensions do not part between rows is found in a way of its own
    return read !== null && fitsFrame(this.step(source.step).shape, read, this.frame) ? read : null;
  }

  /** The steps of one level that these read in the frame, and these themselves, up to reductions. */
  reach(roots: readonly number[], level: Level): number[] {
    const found = new Set<number>();
    const visit = (index: number, at: Level) => {
      const step = this.step(index);
      if (isReduction(step)) return;
      if (at === level) {
        if (found.has(index)) return;
        found.add(index);
      }
      for (const operand of alongside(step)) {
        const next = this.levelOf(operand, at);
        if (next !== null) visit((operand.source as { step: number }).step, next);
      }
    };
    for (const root of roots) visit(root, this.levels.get(root) as Level);
    return [...found].sort((a, b) => a - b);
  }

  #place(index: number, level: Level): number {
    const known = this.depths.get(index);
    if (known !== undefined) return known;
    this.levels.set(index, level);
    const step = this.step(index);
    let depth = 0;
    for (const operand of alongside(step)) {
      const next = isReduction(step) ? this.walked(operand) : this.levelOf(operand, level);
      if (next === null) continue;
      depth = Math.max(depth, this.#place((operand.source as { step: number }).step, next));
    }
    if (isReduction(step)) depth++;
    this.depths.set(index, depth);
    return depth;
  }

  /** The level of a step that a reduction walks over: its elements in order, or one value for all of a row; null for any other read. */
  walked(operand: KernelOperand): Level | null {
    const { source, view, base } = operand;
    if (!("step" in source) || isConstant(this.step(source.step))) return null;
    const whole = view === null || isWhole(view, sizeOf(base));
    if (!whole) return this.levelOf(operand, "element");
    return fitsFrame(this.step(source.step).shape, "element", this.frame) ? "element" : null;
  }

  #wideInputs(): Set<number> {
    const wide = new Set<number>();
    const narrow = new Set<number>();
    this.kernel.steps.forEach((step, index) => {
      const level = this.levels.get(index);
      const placed = alongside(step);
      for (const operand of step.operands) {
        const { source, view, base } = operand;
        if (!("input" in source)) continue;
        const ordered = isReduction(step)
          ? view === null || isWhole(view, sizeOf(base))
          : view === null && level === "element" && placed.includes(operand);
        (ordered ? wide : narrow).add(source.input);
      }
    });
    for (const input of narrow) wide.delete(input);
    return wide;
  }
}

class RowShader extends Shader {
  readonly #program: Program;
  readonly #levels = new Map<Position, Level>();
  readonly #results = new Map<number, WgslValue>();
  #elementPlaces: { readonly shape: Shape; readonly at: Position }[] = [];
  readonly #hoisted = new Map<KernelOperand, WgslValue>();
  readonly #row: WgslValue = { text: "thread", lanes: 1 };

  constructor(program: Program, words: Words, { single }: ShaderLimits) {
    super(program.kernel, words, program.wide, single);
    this.#program = program;
  }

  write(limits: ShaderLimits): Stage {
    const { frame, passes, kernel } = this.#program;
    const shared = kernel.inputs.findIndex(({ inPlace }, i) => {
      if (inPlace < 0) return false;
      const level = this.#program.levels.get(kernel.stored[inPlace] as number);
      return level === "element" && this.#program.lanes === 4 && !this.#program.wide.has(i);
    });
    if (shared >= 0) throw new Error(`input ${shared} is written in place and read through a view`);
    return this.perThread(frame.rows, limits, () => {
      this.#hoist();
      this.#settleRows(0);
      for (let pass = 1; pass <= passes; pass++) {
        this.#reduce(pass);
        this.#settleRows(pass);
      }
      this.#store();
    });
  }

  /** One walk along the row, for all reductions that can be done by now. */
  #reduce(pass: number): void {
    const { kernel, depths, lanes } = this.#program;
    const { text } = this;
    const reductions = kernel.steps.flatMap((step, index) =>
      isReduction(step) && depths.get(index) === pass ? [{ step, index }] : [],
    );
    const walks = reductions.map(({ step, index }) => {
      const { combine } = step.op.meaning as Reduce;
      const operand = step.operands[0] as KernelOperand;
      const position = positionOf(step);
      if (position !== null) {
        const found = extreme(text, position, operand.dtype);
        const add = (value: WgslValue) => found.add(value, "j", "j == 0u");
        return { step, index, operand, add, result: () => found.at };
      }
      const total = accumulator(text, combine as Combine, step.dtype, lanes);
      const add = (value: WgslValue) =>
        total.add(splat(cast(value, operand.dtype, step.dtype, text), lanes, step.dtype));
      return { step, index, operand, add, result: () => total.result().text };
    });
    const roots = walks.flatMap(({ operand }) =>
      this.#program.walked(operand) === "element"
        ? [(operand.source as { step: number }).step]
        : [],
    );
    const own = walks.map(({ operand }) => this.#ownWalk(operand));
    this.#alongRow(
      roots,
      own.filter((at) => at !== null),
      () => {
        walks.forEach(({ operand, add }, i) => {
          add(this.#walked(operand, own[i] ?? null));
        });
      },
    );
    for (const { step, index, result } of walks) {
      const value = text.let(`${wgslType(step.dtype)}(${result()})`, 1, "row");
      this.#results.set(index, rounded(value, step.dtype, text));
    }
  }

  /** The value of a reduction's operand in the loop. */
  #walked(operand: KernelOperand, own: Position | null): WgslValue {
    const { source, view, base } = operand;
    if (own === null && "step" in source) {
      return this.#program.walked(operand) === "row"
        ? (this.#results.get(source.step) as WgslValue)
        : this.value(source.step, this.#elementAt(base));
    }
    const at = own as Position;
    const ordered = view === null || isWhole(view, sizeOf(base));
    return ordered && "input" in source
      ? this.load(source.input, at.whole(), at.quad)
      : this.operand(operand, at);
  }

  /** A place for a reduction that reads an input, or reads in a way of its own; null where it walks over a step of the frame. */
  #ownWalk(operand: KernelOperand): Position | null {
    if (this.#program.walked(operand) !== null) return null;
    const { view, base, source } = operand;
    const ordered = view === null || isWhole(view, sizeOf(base));
    if (ordered && "input" in source) return this.#place(shapeOf(operand), []);
    return this.#place(shapeOf(operand), this.operandReadings(operand));
  }

  /** A loop along the row; `body` evaluates steps at the places of elements, of which these are the last. */
  #alongRow(roots: readonly number[], places: readonly Position[], body: () => void): void {
    const { text, words } = this;
    const { lanes, frame } = this.#program;
    const steps = this.#program.reach(roots, "element");
    this.#elementPlaces = [];
    for (const index of steps) {
      const { shape } = this.#program.step(index);
      if (this.#elementPlaces.some((place) => sameShape(place.shape, shape))) continue;
      const alike = steps.filter((other) => sameShape(this.#program.step(other).shape, shape));
      const at = this.#place(
        shape,
        alike.flatMap((other) => this.#readingsOf(other, "element")),
      );
      this.#elementPlaces.push({ shape, at });
    }
    const head = `for (var j = 0u; j < ${words.number(frame.length)}; j += ${lanes}u)`;
    text.block(head, () => {
      if (lanes === 4) text.line("let js = j + vec4<u32>(0u, 1u, 2u, 3u);");
      for (const { at } of this.#elementPlaces) at.prepare(1);
      for (const at of places) at.prepare(1);
      body();
    });
  }

  /** A place of elements, ready but for its own counter, which is known in the loop. */
  #place(shape: Shape, readings: readonly Reading[]): Position {
    const { words, text } = this;
    const { lanes, frame, wide } = this.#program;
    const rank = rowRank(shape, frame.rows);
    const segments = [
      { dims: shape.slice(0, rank), index: this.#row },
      { dims: shape.slice(rank), index: { text: lanes === 4 ? "js" : "j", lanes } as WgslValue },
    ];
    let quad: string | null = null;
    if (lanes === 4 && (wide.size > 0 || this.kernel.stored.length > 0)) {
      const first = text.once("quad of row", () =>
        text.let(`${this.#row.text} * ${words.number(frame.length / 4)}`, 1, "i"),
      );
      quad = `(${first.text} + (j >> 2u))`;
    }
    const at = new Position(words, text, segments, readings, quad);
    at.prepare(0);
    this.#levels.set(at, "element");
    return at;
  }

  #elementAt(shape: Shape): Position {
    const found = this.#elementPlaces.find((place) => sameShape(place.shape, shape));
    return (found as { at: Position }).at;
  }

  /** Reads of a step that are neither in the frame nor done already. */
  #readingsOf(index: number, level: Level): Reading[] {
    return this.ownReadings(this.#program.step(index)).filter(
      ({ operand }) =>
        this.#program.levelOf(operand, level) === null && !this.#hoisted.has(operand),
    );
  }

  /** Loads what all elements of a row read alike, once. */
  #hoist(): void {
    const { text, words } = this;
    const { frame, levels } = this.#program;
    this.kernel.steps.forEach((step, index) => {
      if (levels.get(index) !== "element" || isReduction(step)) return;
      for (const operand of alongside(step)) {
        const { source, view } = operand;
        if (!("input" in source) || view === null) continue;
        const rank = rowRank(view.shape, frame.rows);
        if (
          !view.strides.slice(rank).every((stride, d) => stride === 0 || view.shape[rank + d] === 1)
        )
          continue;
        const reading = {
          operand,
          strides: view.strides.slice(0, rank),
          offset: words.parameter(operand.offset),
        };
        const segments = [{ dims: view.shape.slice(0, rank), index: this.#row }];
        const at = new Position(words, text, segments, [reading]);
        at.prepare(0);
        this.#hoisted.set(operand, this.load(source.input, at.read(operand), null));
      }
    });
  }

  /** Evaluates what is known of the row once so many passes are over. */
  #settleRows(pass: number): void {
    const { kernel, levels, depths } = this.#program;
    kernel.steps.forEach((step, index) => {
      if (levels.get(index) !== "row" || depths.get(index) !== pass || isReduction(step)) return;
      const segments = [{ dims: step.shape, index: this.#row }];
      const at = new Position(this.words, this.text, segments, this.#readingsOf(index, "row"));
      at.prepare(0);
      this.#levels.set(at, "row");
      this.#results.set(index, super.value(index, at));
    });
  }

  #store(): void {
    const { kernel, levels, lanes } = this.#program;
    const outputs = kernel.stored.map((step, output) => ({ step, output }));
    const elements = outputs.filter(({ step }) => levels.get(step) === "element");
    for (const { step, output } of outputs) {
      if (levels.get(step) === "element") continue;
      this.#storeOne((this.#results.get(step) as WgslValue).text, output, this.#row.text);
    }
    if (elements.length === 0) return;
    const roots = elements.map(({ step }) => step);
    this.#alongRow(roots, [], () => {
      // all are read before any is written: a buffer may be both
      const values = elements.map(({ step }) =>
        this.value(step, this.#elementAt(this.#program.step(step).shape)),
      );
      values.forEach((value, i) => {
        const { step, output } = elements[i] as { step: number; output: number };
        const at = this.#elementAt(this.#program.step(step).shape);
        if (lanes === 4) this.storeFour(value, at.quad as string, output);
        else this.#storeOne(value.text, output, at.whole().text);
      });
    });
  }

  #storeOne(value: string, output: number, index: string): void {
    const { dtype } = this.storedStep(output);
    const stored = `${storageType(dtype)}(${this.stored(value, dtype)})`;
    this.text.line(`${this.output(false, output)}[${index}] = ${stored};`);
  }

  protected override positionOf(operand: KernelOperand, at: Position): Position | null {
    const level = this.#levels.get(at);
    if (level === undefined) return super.positionOf(operand, at);
    if (this.#hoisted.has(operand)) return null;
    const next = this.#program.levelOf(operand, level);
    if (next === null) return super.positionOf(operand, at);
    const { step } = operand.source as { step: number };
    return next === "row" ? null : this.#elementAt(this.#program.step(step).shape);
  }

  override operand(operand: KernelOperand, at: Position): WgslValue {
    const level = this.#levels.get(at);
    if (level === undefined) return super.operand(operand, at);
    const hoisted = this.#hoisted.get(operand);
    if (hoisted !== undefined) return hoisted;
    const next = this.#program.levelOf(operand, level);
    if (next === null) return super.operand(operand, at);
    const { step } = operand.source as { step: number };
    return next === "row"
      ? (this.#results.get(step) as WgslValue)
      : this.value(step, this.#elementAt(this.#program.step(step).shape));
  }
}

/** Which extreme a reduction gives the position of; null where it gives a value. */
const positionOf = ({ op }: KernelStep): "argmax" | "argmin" | null => {
  const { combine } = op.meaning as Reduce;
  return combine === "argmax" || combine === "argmin" ? combine : null;
};

const isReduction = ({ op }: KernelStep): boolean => op.meaning.kind === "reduce";

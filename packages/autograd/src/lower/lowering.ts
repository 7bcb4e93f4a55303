import type { Kernel, KernelInput, KernelOperand, KernelStep } from "../devices/device.ts";
import type { DType } from "../dtype.ts";
import type { Elementwise } from "../graph/op.ts";
import { isWhole } from "../graph/view.ts";
import { roundToHalf } from "../half.ts";
import { type Buffer, type Expr, e } from "../kernel/expression.ts";
import { Builder } from "../kernel/loops.ts";
import { sizeOf } from "../shape.ts";
import { assembled, gathered } from "./gathers.ts";
import { indexMapOf, padded } from "./index-map.ts";
import { Place } from "./place.ts";

/** Builds the loops of one dispatch of a kernel. */
export class Lowering {
  readonly kernel: Kernel;
  readonly b: Builder = new Builder();

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  storedStep(output: number): KernelStep {
    return this.kernel.steps[this.kernel.stored[output] as number] as KernelStep;
  }

  /** Loads an element of an input. */
  load(input: number, index: Expr): Expr {
    return e.load({ input }, (this.kernel.inputs[input] as KernelInput).dtype, index);
  }

  /** Stores a value in an output; the last one by default. */
  store(index: Expr, value: Expr, output: number = this.kernel.stored.length - 1): void {
    this.b.store({ output }, this.storedStep(output).dtype, index, value);
  }

  scratch(buffer: number): Buffer {
    return { scratch: buffer };
  }

  /** Element `index` of the value that the operand reads, without the operand's view. */
  element(operand: KernelOperand, index: Expr): Expr {
    if ("input" in operand.source) return this.load(operand.source.input, index);
    const { step: number } = operand.source;
    const step = this.kernel.steps[number] as KernelStep;
    if (isConstant(step)) return this.#number(number);
    return this.value(number, new Place(this.b.count(step.shape, index)));
  }

  /** The operand's element at a place of the shape that its view has. */
  operand(operand: KernelOperand, place: Place): Expr {
    const { source, view } = operand;
    if ("step" in source && isConstant(this.kernel.steps[source.step] as KernelStep))
      return this.#number(source.step);
    const viewed = this.#throughView(operand, place);
    if (viewed !== null) return this.value((source as { step: number }).step, viewed);
    return place.once(operand, () => {
      if (view === null) {
        return "step" in source
          ? this.value(source.step, place)
          : this.load(source.input, place.whole);
      }
      const map = indexMapOf(this.kernel, operand);
      return padded(this, map, (access) => place.walk(access.strides, access.start()));
    });
  }

  /**
   * The place at which the step that an operand reads is evaluated; null if it reads no step so.
   */
  protected placeOf(operand: KernelOperand, place: Place): Place | null {
    const { source, view } = operand;
    if (!("step" in source) || isConstant(this.kernel.steps[source.step] as KernelStep))
      return null;
    return view === null ? place : this.#throughView(operand, place);
  }

  /** The place that a view of a step reads, if counters express it; null if it needs an index. */
  #throughView(operand: KernelOperand, place: Place): Place | null {
    const { source, view, moves } = operand;
    if (!("step" in source) || view === null) return null;
    const { shape, op } = this.kernel.steps[source.step] as KernelStep;
    if (moves !== undefined) return place.through(operand, moves, shape);
    if (op.meaning.kind !== "elementwise" || place.inShape === null) return null;
    return isWhole(view, sizeOf(shape)) ? place.inShape(shape) : null;
  }

  /** The value of an elementwise step at a place of its shape. */
  value(number: number, place: Place): Expr {
    const known = place.values.get(number);
    if (known !== undefined) return known;
    const todo: [number, Place][] = [[number, place]];
    const open: [number, Place][] = [[number, place]];
    const found = new Map<Place, Set<number>>();
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [index, at] = next;
      for (const operand of elementwiseOperands(this.kernel.steps[index] as KernelStep)) {
        const its = this.placeOf(operand, at);
        if (its === null) continue;
        const { step } = operand.source as { step: number };
        const seen = found.get(its) ?? new Set();
        if (seen.has(step) || its.values.has(step)) continue;
        found.set(its, seen.add(step));
        todo.push([step, its]);
        open.push([step, its]);
      }
    }
    // operands before the steps that read them
    todo.sort(([a], [b]) => a - b);
    for (const [index, at] of todo) at.values.set(index, this.#evaluate(index, at));
    return place.values.get(number) as Expr;
  }

  #evaluate(number: number, place: Place): Expr {
    const step = this.kernel.steps[number] as KernelStep;
    const { meaning } = step.op;
    if (meaning.kind === "gather") return gathered(this, step, place);
    if (meaning.kind === "assemble") return assembled(this, step, place);
    const { expression, indexed } = meaning as Elementwise;
    const operands = step.operands.map((operand) => this.operand(operand, place));
    const value = expression(
      ...operands,
      ...step.scalars.map((slot) => e.param(slot, this.kernel.params[slot] as DType)),
      ...(indexed ? [place.whole] : []),
    );
    const typed = e.cast(value, step.dtype);
    if (step.dtype !== "f16" || this.#isNumber(number)) return typed;
    const halves = new Set(
      operands.filter((_, n) => {
        const { source, dtype } = step.operands[n] as KernelOperand;
        return dtype === "f16" && !("step" in source && this.#isNumber(source.step));
      }),
    );
    return isHalf(typed, halves) ? typed : e.half(typed);
  }

  /** Whether a step is a number of an expression. It stays in f32 beside tensors of f16. */
  #isNumber(step: number): boolean {
    const { steps, stored } = this.kernel;
    return isConstant(steps[step] as KernelStep) && !stored.includes(step);
  }

  readonly #nowhere = new Place();

  #number(step: number): Expr {
    return this.value(step, this.#nowhere);
  }

  /**
   * Stores one element of every output, at `index` of the anchor's shape. `result` is the anchor's
   * value; the steps after it are evaluated here.
   */
  storeOne(anchor: KernelStep, result: Expr, index: Expr): void {
    const { steps, stored } = this.kernel;
    const last = steps[steps.length - 1] as KernelStep; // has as many elements as the anchor
    const place = new Place(this.b.count(last.shape, index));
    place.values.set(steps.indexOf(anchor), this.b.let(asStored(result, anchor.dtype)));
    const values = stored.map((step) => this.b.let(this.value(step, place)));
    values.forEach((value, output) => {
      this.store(index, value, output);
    });
  }
}

/** The value as this dtype stores it. f16 is computed in f32, so it is rounded here. */
export const asStored = (value: Expr, dtype: DType): Expr =>
  dtype === "f16" ? e.half(value) : value;

/** Calls of halves whose result is a half: they select, change the sign, or round to integers. */
const keepsHalves: ReadonlySet<string> = new Set(
  "neg abs sign floor ceil round trunc max min select".split(" "),
);

/** Whether the value needs no rounding to f16, given that the values in `halves` are halves. */
function isHalf(value: Expr, halves: ReadonlySet<Expr>): boolean {
  if (value.dtype === "bool" || halves.has(value)) return true;
  if (value.kind === "constant") return Object.is(roundToHalf(value.value), value.value);
  if (value.kind !== "call") return false;
  if (value.fn === "cast") return isHalf(value.args[0] as Expr, halves);
  return keepsHalves.has(value.fn) && value.args.every((arg) => isHalf(arg, halves));
}

/** The operands that a step reads element for element, so not the table that a gather reads. */
export function elementwiseOperands({ op, operands }: KernelStep): readonly KernelOperand[] {
  const { kind } = op.meaning;
  if (kind === "gather") return operands.slice(1);
  return kind === "assemble" ? [] : operands;
}

/** Whether the step has the same value at every element. */
export const isConstant = ({ op, operands }: KernelStep): boolean =>
  op.meaning.kind === "elementwise" && operands.length === 0 && !op.meaning.indexed;

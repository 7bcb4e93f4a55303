import { partStrides, rectangle } from "../../graph/region.ts";
import { splat, type WgslValue, widest, zeroOf } from "../../kernel/wgsl.ts";
import type { Kernel, KernelOperand, KernelStep } from "../device.ts";
import { shapeOf, stridesOf } from "./lines.ts";
import type { Shader } from "./shader.ts";
import type { Words } from "./words.ts";

/** How an operand is read: at each place of its shape, the element of a value at start + Σ coordinate · stride. */
export interface Walk {
  /** The operand itself; where that is one rectangle among zeros, what lies in the rectangle. */
  readonly value: KernelOperand;
  readonly strides: readonly number[];
  /** What must hold for the place to lie in the rectangle; elsewhere the operand is zero. */
  readonly bounds: readonly Bound[];
  start(words: Words): string;
}

/** start + Σ coordinate · stride, as an unsigned number, is less than `count`. */
export interface Bound {
  readonly strides: readonly number[];
  readonly count: number;
  start(words: Words): string;
}

export function walkOf(kernel: Kernel, operand: KernelOperand): Walk {
  const { source, axes, view, offset } = operand;
  if (!("step" in source) || axes === undefined) {
    const start = (words: Words) => (view === null ? words.number(0) : words.parameter(offset));
    return { value: operand, strides: stridesOf(operand), bounds: [], start };
  }
  const step = kernel.steps[source.step] as KernelStep;
  const [part] = step.operands as [KernelOperand];
  const origin = step.scalars[0] as number;
  const along = axesOf(step, part, axes);
  const startOn = ({ size, stride, count }: Axis, words: Words): string => {
    const from = words.digit(offset, stride, size);
    return count === size ? from : `(${from} - ${words.digit(origin, stride, size)})`;
  };
  return {
    value: part,
    strides: shapeOf(operand).map((_, d) =>
      along.reduce((sum, { moves, step: by }) => sum + (moves[d] as number) * by, 0),
    ),
    bounds: along
      .filter(({ count, size }) => count < size)
      .map((axis) => ({
        strides: axis.moves,
        count: axis.count,
        start: (words) => startOn(axis, words),
      })),
    start: (words) => {
      const terms = along
        .filter(({ step: by }) => by !== 0)
        .map((axis) => `${startOn(axis, words)} * ${words.number(axis.step)}`);
      const first = part.view === null ? [] : [words.parameter(part.offset)];
      return [...first, ...terms].join(" + ") || words.number(0);
    },
  };
}

/** The element of a walked value at an index, where the coordinates lie within the bounds; else zero. */
export function bounded(
  shader: Shader,
  { value, bounds }: Walk,
  index: WgslValue,
  coordinates: readonly WgslValue[],
): WgslValue {
  if (bounds.length === 0) return shader.element(value, index);
  const { text, words } = shader;
  const lanes = widest([index, ...coordinates]);
  const wide = (value: string, type: string) => (lanes === 1 ? value : `vec4<${type}>(${value})`);
  const inside = bounds.map(({ count }, i) => {
    const { text: at } = coordinates[i] as WgslValue;
    return `(${wide(at, "u32")} < ${wide(words.number(count), "u32")})`;
  });
  const found = text.let(inside.join(" & "), lanes, "inside").text;
  const at = `select(${wide("0u", "u32")}, ${wide(index.text, "u32")}, ${found})`;
  const element = splat(shader.element(value, text.let(at, lanes, "i")), lanes, value.dtype);
  return text.let(`select(${zeroOf(value.dtype, lanes)}, ${element.text}, ${found})`, lanes, "x");
}

/** One dimension of an assembly, or several that are walked as one. */
interface Axis {
  readonly size: number;
  readonly stride: number;
  /** How many of it the rectangle covers. */
  readonly count: number;
  /** From one to the next in the rectangle's value. */
  readonly step: number;
  /** How far each dimension of the reading view moves along it. */
  readonly moves: readonly number[];
}

/** Axes of more than one element; a whole one goes with the one above where it can. */
function axesOf(
  { shape, attrs }: KernelStep,
  part: KernelOperand,
  moves: readonly (readonly number[])[],
): Axis[] {
  const own = stridesOf(part);
  const [strides] = partStrides(attrs, [shapeOf(part)]) as [number[]];
  const axes: Axis[] = [];
  const stretches = rectangle(shape, shapeOf(part), strides) ?? [];
  for (const [a, { size, stride, count, dim }] of stretches.entries()) {
    if (size === 1) continue;
    const step = dim < 0 ? 0 : (own[dim] as number);
    const along = moves[a] as readonly number[];
    const above = axes.at(-1);
    if (above === undefined || count < size || above.step !== step * size) {
      axes.push({ size, stride, count, step, moves: along });
      continue;
    }
    axes[axes.length - 1] = {
      size: above.size * size,
      stride,
      count: above.count * size,
      step,
      moves: above.moves.map((by, d) => by * size + (along[d] as number)),
    };
  }
  return axes;
}

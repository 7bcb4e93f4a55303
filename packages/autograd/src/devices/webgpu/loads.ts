import { isFloating } from "../../dtype.ts";
import { partStrides, rectangle } from "../../graph/region.ts";
import { constant, splat, type WgslValue, widest, zeroOf } from "../../kernel/wgsl.ts";
import type { KernelOperand, KernelStep } from "../device.ts";
import { shapeOf, standIn, stridesOf, wrapped } from "./lines.ts";
import type { Position, Reading } from "./position.ts";
import type { Shader } from "./shader.ts";

/** The read of a gather's table but for its index: where the line begins that the index counts along. */
export function lineReading(shader: Shader, { operands, attrs }: KernelStep): Reading {
  const [x] = operands as [KernelOperand];
  const strides = stridesOf(x).with(attrs[0] as number, 0);
  return { ...standIn(shader.words, x, strides), operand: x };
}

/** The element of a gather at a position over its shape: NaN (0 of integers) where the index is out of range. */
export function gathered(shader: Shader, step: KernelStep, at: Position): WgslValue {
  const { text, words } = shader;
  const [x, index] = step.operands as [KernelOperand, KernelOperand];
  const dim = step.attrs[0] as number;
  const count = words.number(shapeOf(x)[dim] as number);
  const { place, found } = wrapped(shader.operand(index, at), count, text);
  const start = at.read(x);
  const stride = words.number(stridesOf(x)[dim] as number);
  const from = text.let(`${start.text} + ${place.text} * ${stride}`, widest([start, place]), "i");
  const value = shader.element(x, from);
  const lanes = widest([value, found]);
  const missing = isFloating(step.dtype)
    ? splat(constant(Number.NaN, step.dtype, text), lanes, step.dtype).text
    : zeroOf(step.dtype, lanes);
  const condition = splat(found, lanes, "bool").text;
  const chosen = splat(value, lanes, step.dtype).text;
  return text.let(`select(${missing}, ${chosen}, ${condition})`, lanes);
}

/** The element of an assembly of rectangles at a position over its shape: of the last part that covers it, else 0. */
export function assembled(shader: Shader, step: KernelStep, at: Position): WgslValue {
  const { text, words } = shader;
  const flat = at.whole();
  const { lanes } = flat;
  const shapes = step.operands.map(shapeOf);
  const strides = partStrides(step.attrs, shapes);
  let result: WgslValue = { text: zeroOf(step.dtype, lanes), lanes };
  step.operands.forEach((part, i) => {
    const axes = axesOf(step, part, strides[i] as number[]);
    const origin = words.parameter(step.scalars[i] as number);
    const first = part.view === null ? "0u" : words.parameter(part.offset);
    const inside: string[] = [];
    const terms: string[] = [];
    for (const { size, stride, count, step: by } of axes) {
      const [n, s] = [words.number(size), words.number(stride)];
      const start = text.let(`(${origin} / ${s}) % ${n}`, 1, "start");
      const from = splat(start, lanes, "u32").text;
      const place = text.let(`(${flat.text} / ${s}) % ${n} - ${from}`, lanes, "c");
      if (count !== size) {
        const most = splat({ text: words.number(count), lanes: 1 }, lanes, "u32").text;
        inside.push(`(${place.text} < ${most})`);
      }
      if (by !== 0) terms.push(`${place.text} * ${words.number(by)}`);
    }
    const covered = inside.length === 0 ? null : text.let(inside.join(" & "), lanes, "inside");
    const sum = [...terms, splat({ text: first, lanes: 1 }, lanes, "u32").text].join(" + ");
    const zero = lanes === 1 ? "0u" : "vec4<u32>(0u)";
    const index = text.let(
      covered === null ? sum : `select(${zero}, ${sum}, ${covered.text})`,
      lanes,
      "i",
    );
    const value = splat(shader.element(part, index), lanes, step.dtype);
    result =
      covered === null
        ? value
        : text.let(`select(${result.text}, ${value.text}, ${covered.text})`, lanes);
  });
  return result;
}

interface Axis {
  readonly size: number;
  readonly stride: number;
  readonly count: number;
  /** From one to the next in the part's value. */
  readonly step: number;
}

/** What must be divided out of a flat index to find the part's element: whole dimensions go with the one above where they can. */
function axesOf({ shape }: KernelStep, part: KernelOperand, strides: readonly number[]): Axis[] {
  const own = stridesOf(part);
  const axes: Axis[] = [];
  for (const { size, stride, count, dim } of rectangle(shape, shapeOf(part), strides) ?? []) {
    if (size === 1) continue;
    const step = dim < 0 ? 0 : (own[dim] as number);
    const above = axes.at(-1);
    if (above !== undefined && count === size && above.step === step * size) {
      axes[axes.length - 1] = { size: above.size * size, stride, count: above.count * size, step };
    } else axes.push({ size, stride, count, step });
  }
  return axes;
}

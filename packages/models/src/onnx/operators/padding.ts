import { pad } from "@wgrad/autograd";
import { OnnxError } from "../error.ts";
import { axisOf } from "../host.ts";
import type { Operator } from "../operator.ts";
import { Value } from "../value.ts";
import { counted, selected } from "./slices.ts";

/** The index inside `size` that a position `at` outside maps to. */
const inside: Readonly<Record<string, (at: number, size: number) => number>> = {
  edge: (at, size) => Math.min(Math.max(at, 0), size - 1),
  reflect(at, size) {
    const period = Math.max(2 * (size - 1), 1);
    const from = ((at % period) + period) % period;
    return from < size ? from : period - from;
  },
  wrap: (at, size) => ((at % size) + size) % size,
};

/** The operator Pad. */
export const pads: Operator = {
  inputs: [1, 4],
  attributes: { mode: ["constant", ...Object.keys(inside)], pads: true, value: true },
  settings: [1, 2, 3],
  run(call) {
    const x = call.value(0);
    const amounts = call.setting(1, "pads");
    if (amounts === undefined) throw new OnnxError("the input pads is missing");
    const axes = (call.setting(3) ?? counted(x.rank)).map((axis) => axisOf(axis, x.rank));
    const mode = call.string("mode", "constant");
    const amount = (i: number): [number, number] => [
      amounts[i] as number,
      amounts[i + axes.length] as number,
    ];
    if (mode === "constant") {
      const value = call.setting(2)?.[0] ?? call.number("value", 0);
      const all = counted(x.rank)
        .reverse()
        .flatMap((axis) => {
          const at = axes.indexOf(axis);
          return at < 0 ? [0, 0] : amount(at);
        });
      return Value.of(pad(x.tensor, all, { value }), x.type);
    }
    const place = inside[mode] as (at: number, size: number) => number;
    const padded = axes.reduce((y, axis, i) => {
      const [begin, end] = amount(i);
      if (begin === 0 && end === 0) return y;
      const size = y.shape[axis] as number;
      const indices = counted(size + begin + end, -begin).map((at) => place(at, size));
      return selected(y, axis, indices);
    }, x.tensor);
    return Value.of(padded, x.type);
  },
};

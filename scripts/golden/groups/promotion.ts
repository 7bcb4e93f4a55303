import { type DType, ones, type Tensor } from "@wgrad/autograd";
import { invoke } from "../call.ts";
import { dtypeName } from "../names.ts";
import type { Run } from "../run.ts";

type Row = readonly [
  right: string | number | boolean | null,
  leftDims: number,
  rightDims: number,
  result: string,
];

/** The dtype of the result for operands of every dtype, with and without dimensions. */
export async function runPromotion({ item, device, fault }: Run): Promise<void> {
  const left = item.left as string;
  for (const [right, leftDims, rightDims, result] of item.rows as readonly Row[]) {
    if (device !== "cpu" && [left, right, result].includes("float64")) continue;
    const a = filled(left, leftDims);
    const b = typeof right === "string" ? filled(right, rightDims) : right;
    const found = call(item.promotion as string, a, b).dtype;
    if (found === dtypeName(result)) continue;
    const other = typeof right === "string" ? `${right} of ${rightDims} dimensions` : right;
    fault(`${left} of ${leftDims} dimensions with ${other}: ${found}, expected ${result}`);
  }
}

const filled = (name: string, dims: number): Tensor =>
  ones(Array<number>(dims).fill(2), { dtype: dtypeName(name) as DType });

function call(name: string, a: Tensor, b: Tensor | number | boolean | null): Tensor {
  const args =
    name === "torch.cat"
      ? [[a, b]]
      : name === "torch.where"
        ? [ones([], { dtype: "bool" }), a, b]
        : b === null
          ? [a]
          : [a, b];
  return invoke(name, { args, kwargs: {} }) as Tensor;
}

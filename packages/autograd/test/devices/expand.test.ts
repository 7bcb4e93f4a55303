import { expect, test } from "vitest";
import { contractAttributes, reduceAttributes } from "../../src/graph/attributes.ts";
import { expandView, permuteView, wholeView } from "../../src/graph/view.ts";
import { evaluate } from "../../src/kernel/evaluate.ts";
import { e } from "../../src/kernel/expression.ts";
import type { Loops } from "../../src/kernel/loops.ts";
import { printLoops } from "../../src/kernel/print.ts";
import { faultOf } from "../../src/kernel/verify.ts";
import { expandCounters } from "../../src/lower/expand.ts";
import { lower } from "../../src/lower/lower.ts";
import { nameValues } from "../../src/lower/name-values.ts";
import { elementwiseOp, KernelBuilder, matmulOp, reduceOp, viewed } from "./kernels.ts";

const add = elementwiseOp("add", e.add, (a, b) => a + b);
const transposed = (rows: number, columns: number) =>
  permuteView(wholeView([columns, rows]), [1, 0]);

const kernels: Readonly<Record<string, (build: KernelBuilder) => void>> = {
  "a row for each row": (build) => {
    const row = viewed(build.input([10], "f32", []), expandView(wholeView([10]), [6, 10]));
    build.step(add, [build.input([6, 10], "f32", []), row], [6, 10]);
  },
  "a transposed operand": (build) => {
    const turned = viewed(build.input([10, 6], "f32", []), transposed(6, 10));
    build.step(add, [build.input([6, 10], "f32", []), turned], [6, 10]);
  },
  "a sum of columns": (build) => {
    const x = viewed(build.input([5, 7], "f32", []), transposed(7, 5));
    build.step(reduceOp("sum"), [x], [7], { attrs: reduceAttributes(1) });
  },
  "the place of a maximum": (build) =>
    void build.step(reduceOp("argmax"), [build.input([4, 9], "f32", [])], [4], {
      attrs: reduceAttributes(1),
      dtype: "i32",
    }),
  "a product, whose loop advances": (build) => {
    const b = viewed(build.input([6, 5], "f32", []), transposed(5, 6));
    build.step(matmulOp, [build.input([7, 5], "f32", []), b], [7, 6], {
      attrs: contractAttributes([0, 1, 1, 1]),
    });
  },
};

/** Every store of the loops, in order, with inputs that tell their places apart. */
function storesOf(loops: Loops): string[] {
  const stores: string[] = [];
  const kept = new Map<string, number>();
  evaluate(loops, {
    load: (buffer, _, index) =>
      kept.get(JSON.stringify([buffer, index])) ??
      Math.sin(index + ("input" in buffer ? 100 * buffer.input : 0)),
    store: (buffer, _, index, value) => {
      kept.set(JSON.stringify([buffer, index]), value);
      stores.push(`${JSON.stringify(buffer)} ${index} ${value}`);
    },
    param: () => 0,
  });
  return stores;
}

test.each(Object.entries(kernels))("%s: loops compute the same after expansion", (_, make) => {
  const build = new KernelBuilder();
  make(build);
  const { stages } = lower(build.kernel, { maxBindings: 8, class: "software" });
  for (const loops of stages) {
    const expanded = expandCounters(loops);
    const named: Loops = { ...expanded, body: nameValues(expanded.body).body };
    expect(faultOf(named)).toBeNull();
    expect(storesOf(named)).toEqual(storesOf(loops));
    expect(storesOf(loops).length).toBeGreaterThan(0);
    expect(printLoops(named)).not.toContain(" in [");
  }
});

test("a value that is used twice has a name, and one that is used once is a tree", () => {
  const build = new KernelBuilder();
  const square = elementwiseOp(
    "square",
    (x) => e.mul(x, x),
    (x) => x * x,
  );
  build.step(
    square,
    [build.step(add, [build.input([8], "f32", []), build.input([8], "f32", [])], [8])],
    [8],
  );
  const [loops] = lower(build.kernel, { maxBindings: 8, class: "software" }).stages as [Loops];
  const { grid, body } = expandCounters(loops);
  expect(printLoops({ grid, body: nameValues(body).body })).toMatchInlineSnapshot(`
    "for each of 2 items
      v0 = in0[add(mul(thread, 4), iota)]
      v1 = in1[add(mul(thread, 4), iota)]
      v2 = add(v0, v1)
      v3 = mul(v2, v2)
      out0[add(mul(thread, 4), iota)] := v3"
  `);
});

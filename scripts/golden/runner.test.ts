import { init } from "@wgrad/autograd";
import { writeSafetensors } from "@wgrad/autograd/safetensors";
import { beforeAll, describe, expect, test } from "vitest";
import { compare } from "./compare.ts";
import { type Case, type Group, loadGroup } from "./load.ts";
import { camel } from "./names.ts";
import { dotted, parse } from "./python.ts";
import { isFault, report } from "./report.ts";
import { type Outcome, runCase } from "./run.ts";

const f32 = (shape: number[], ...values: number[]) => ({
  dtype: "f32" as const,
  shape,
  data: Float32Array.from(values),
});

describe("comparison", () => {
  const exact = { atol: 0, rtol: 0 };

  test("accepts differences up to atol + rtol · |reference| and names the worst element", () => {
    const [got, reference] = [f32([3], 1, 2.5, 100.5), f32([3], 1, 2, 100)];
    expect(compare("y", got, reference, { atol: 0.5, rtol: 0 })).toBeNull();
    expect(compare("y", got, reference, { atol: 0, rtol: 0.01 })?.reason).toMatch(
      /^y\[1\]: 2.5, expected 2/,
    );
  });

  test("NaN equals NaN and nothing else; infinities must match", () => {
    const special = f32([3], Number.NaN, Infinity, -Infinity);
    expect(compare("y", special, special, exact)).toBeNull();
    for (const [x, ref] of [
      [Number.NaN, 0],
      [0, Number.NaN],
      [Infinity, 1e38],
      [Infinity, -Infinity],
    ]) {
      expect(
        compare("y", f32([], x as number), f32([], ref as number), { atol: 1, rtol: 1 }),
      ).not.toBeNull();
    }
  });

  test("shapes must agree", () => {
    expect(compare("y", f32([1, 2], 1, 2), f32([2], 1, 2), exact)?.reason).toBe(
      "y: shape [1, 2], expected [2]",
    );
  });

  test("signs of factors may differ, for each column or row", () => {
    const reference = f32([2, 2], 1, 2, 3, 4);
    expect(
      compare("Q", f32([2, 2], -1, 2, -3, 4), reference, exact, "up_to_column_sign"),
    ).toBeNull();
    expect(compare("R", f32([2, 2], 1, 2, -3, -4), reference, exact, "up_to_row_sign")).toBeNull();
    expect(
      compare("Q", f32([2, 2], -1, 2, 3, 4), reference, exact, "up_to_column_sign"),
    ).not.toBeNull();
  });
});

describe("Python's names and expressions", () => {
  test("snake_case becomes camelCase; an underscore at the end stays", () => {
    expect(
      ["log_softmax", "clip_grad_norm_", "conv_transpose2d", "_calculate_fan", "logsumexp"].map(
        camel,
      ),
    ).toEqual(["logSoftmax", "clipGradNorm_", "convTranspose2d", "calculateFan", "logsumexp"]);
  });

  test("calls with tuples, keywords and methods", () => {
    const call = parse("torch.empty(4, 5).uniform_(-2, 3.5)");
    expect(call).toMatchObject({
      kind: "call",
      of: { kind: "attribute", name: "uniform_", of: { kind: "call" } },
      args: [{ value: -2 }, { value: 3.5 }],
    });
    expect(parse("f((50,), (1), [], bias=False, mode='xy')")).toMatchObject({
      args: [{ items: [{ value: 50 }] }, { value: 1 }, { items: [] }],
      kwargs: { bias: { value: false }, mode: { value: "xy" } },
    });
    expect(dotted(parse("nn.functional.relu"))).toBe("nn.functional.relu");
    expect(parse("-(out[0] * y).mean()")).toMatchObject({
      of: {
        name: "neg",
        of: { of: { name: "mean", of: { of: { name: "mul", of: { kind: "item" } } } } },
      },
    });
    expect(() => parse("a + b")).toThrow(SyntaxError);
    expect(() => parse("f(1")).toThrow("expected ,");
  });
});

/** A group of one case: y = op(x), with a gradient if `grads` demands it. */
function groupOf(item: Partial<Case>, tensors: Record<string, ReturnType<typeof f32>>): Group {
  const whole = {
    id: "it",
    category: "c",
    inputs: ["x"],
    outputs: ["y"],
    dtype: "f32",
    tol: { atol: 0, rtol: 0 },
    ...item,
  };
  const stored = Object.fromEntries(
    Object.entries(tensors).map(([name, value]) => [`it/${name}`, value]),
  );
  return loadGroup("ops", JSON.stringify({ cases: [whole] }), writeSafetensors(stored));
}

const run = async (group: Group): Promise<Outcome> => runCase(group, group.cases[0] as Case, "cpu");

describe("a case", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });
  const square = {
    op: "torch.square",
    call: [{ tensor: "x" }],
    grads: { x: "gx" },
    cots: { y: "c" },
  };
  const tensors = { x: f32([2], 2, 3), y: f32([2], 4, 9), c: f32([2], 1, 10), gx: f32([2], 4, 60) };

  test("passes where values and gradients agree", async () => {
    expect(await run(groupOf(square, tensors))).toMatchObject({ status: "passed", reason: "" });
  });

  test("fails for a wrong value and for a wrong gradient", async () => {
    expect(await run(groupOf(square, { ...tensors, y: f32([2], 4, 8) }))).toMatchObject({
      status: "failed",
      reason: expect.stringContaining("y[1]: 9, expected 8"),
    });
    expect(await run(groupOf(square, { ...tensors, gx: f32([2], 5, 60) }))).toMatchObject({
      status: "failed",
      reason: expect.stringContaining("gx[0]: 4, expected 5"),
    });
  });

  test("gradients are those of the stored tensor, before its prep", async () => {
    const prep = { x: [["transpose", 0, 1] as [string, ...number[]]] };
    const group = groupOf(
      { ...square, prep },
      { x: f32([1, 2], 2, 3), y: f32([2, 1], 4, 9), c: f32([2, 1], 1, 10), gx: f32([1, 2], 4, 60) },
    );
    expect((await run(group)).status).toBe("passed");
  });

  test("an error becomes the outcome of its case", async () => {
    const outcome = await run(
      groupOf({ op: "torch.mm", call: [{ tensor: "x" }, { tensor: "x" }] }, tensors),
    );
    expect(outcome).toMatchObject({
      status: "failed",
      reason: expect.stringContaining("torch.mm threw"),
    });
  });

  test("an in-place call returns its argument, and gradients are those of the stored tensor", async () => {
    const changed = { ...square, op: "Tensor.square_", inplace: true };
    expect(await run(groupOf(changed, tensors))).toMatchObject({ status: "passed", reason: "" });
    expect(await run(groupOf({ ...changed, op: "torch.square" }, tensors))).toMatchObject({
      status: "failed",
      reason: expect.stringContaining("not return its argument"),
    });
  });

  test("a call that PyTorch refuses must throw, unless PyTorch only lacks a kernel", async () => {
    const refused = { op: "torch.matmul", call: [{ tensor: "x" }, { tensor: "x" }], outputs: [] };
    const raises = { ...refused, raises: true, error: "no product" };
    const row = { x: f32([1, 2], 2, 3) };
    expect((await run(groupOf(raises, row))).status).toBe("passed");
    expect(await run(groupOf({ ...raises, op: "torch.add" }, row))).toMatchObject({
      status: "failed",
      reason: "returned f32 [4, 6], but PyTorch refuses: no product",
      note: "f32 [4, 6]",
    });
    expect((await run(groupOf({ ...raises, op: "torch.add", gap: true }, row))).status).toBe(
      "passed",
    );
    expect((await run(groupOf({ ...raises, call: [{ tensor: "nobody" }] }, row))).status).toBe(
      "failed",
    );
  });

  test("dtypes are compared exactly if the case has them, and bytes are stored as i32", async () => {
    const i32 = (...values: number[]) => ({
      dtype: "i32" as const,
      shape: [values.length],
      data: Int32Array.from(values),
    });
    const doubled = { op: "torch.mul", call: [{ tensor: "x" }, 2] };
    const group = (y: string) =>
      groupOf({ ...doubled, dtypes: { x: "uint8", y } }, { x: i32(200), y: i32(144) } as never);
    expect((await run(group("uint8"))).status).toBe("passed");
    expect(await run(group("int32"))).toMatchObject({ reason: "y: dtype u8, expected int32" });
  });

  test("only the shape or one field of the result is compared if the case says so", async () => {
    const shape = { ...square, grads: {}, cots: {}, compare: { y: "shape" as const } };
    expect((await run(groupOf(shape, { ...tensors, y: f32([2], 0, 0) }))).status).toBe("passed");
    expect((await run(groupOf(shape, { ...tensors, y: f32([1], 4) }))).status).toBe("failed");
    const values = { op: "torch.max", call: [{ tensor: "x" }, 0], result: "values" };
    expect((await run(groupOf(values, { x: f32([2], 2, 3), y: f32([], 3) }))).status).toBe(
      "passed",
    );
  });

  test("an unknown name is unmapped, which is a fault", async () => {
    const unknown = await run(groupOf({ op: "torch.frobnicate", call: [] }, tensors));
    expect(unknown).toMatchObject({
      status: "unmapped",
      reason: "no frobnicate for torch.frobnicate",
    });
    expect(isFault(unknown)).toBe(true);
    expect(report([unknown])).toMatchObject({
      groups: { ops: { cpu: { passed: 0, failed: 0, skipped: 0, unmapped: 1 } } },
      failures: [{ id: "it", status: "unmapped" }],
      ok: false,
    });
  });
});

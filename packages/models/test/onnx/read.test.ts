import { init, noGrad, randn, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { readOnnx } from "@wgrad/models/onnx";
import { deepcopy } from "@wgrad/nn";
import { SGD } from "@wgrad/optim";
import { beforeAll, describe, expect, test } from "vitest";
import { int, modelBytes, weight } from "./make.ts";

beforeAll(() => init({ device: "wasm" }));

const normed = () =>
  readOnnx(
    modelBytes(
      [
        {
          opType: "BatchNormalization",
          name: "bn",
          input: ["x", "net.bn.weight", "net.bn.bias", "mean", "var"],
          output: ["h"],
        },
        { opType: "Mul", input: ["h", "half"], output: ["m"] },
        { opType: "Dropout", name: "drop", input: ["m"], output: ["y"] },
      ],
      [
        weight("net.bn.weight", [2], [1, 2]),
        weight("net.bn.bias", [2], [0, 1]),
        weight("mean", [2], [0, 0]),
        weight("var", [2], [1, 1]),
        weight("half", [], [0.5]),
      ],
    ),
  );

describe("a read model", () => {
  test("has weights as parameters and running statistics as buffers, under their names", () => {
    const model = normed();
    expect(model.namedParameters().map(([name]) => name)).toEqual(["net.bn.weight", "net.bn.bias"]);
    expect(model.namedBuffers().map(([name]) => name)).toEqual(["mean", "var"]);
    expect(Object.keys(model.stateDict()).sort()).toEqual(
      ["mean", "net.bn.bias", "net.bn.weight", "var"].sort(),
    );
  });

  test("trains: running statistics and dropout change in training only", async () => {
    const model = normed();
    const x = randn([64, 2]);
    const first = await (model({ x }).y as Tensor).data();
    expect(first.includes(0)).toBe(false);
    expect(await model.getBuffer("mean").tolist()).toEqual([0, 0]);
    model.train();
    const dropped = await (noGrad(() => model({ x })).y as Tensor).data();
    expect(dropped.filter((y) => y === 0).length).toBeGreaterThan(10);
    expect(await model.getBuffer("mean").tolist()).not.toEqual([0, 0]);
  });

  test("is trained by an optimizer, and a copy keeps its own weights", async () => {
    const model = normed();
    const copy = deepcopy(model);
    const x = randn([4, 2]);
    const optimizer = new SGD(model.parameters(), { lr: 0.5 });
    const before = await (copy({ x }).y as Tensor).tolist();
    (model({ x }).y as Tensor).sum().backward();
    optimizer.step();
    expect(await (model({ x }).y as Tensor).tolist()).not.toEqual(before);
    expect(await (copy({ x }).y as Tensor).tolist()).toEqual(before);
    copy.loadStateDict(model.stateDict());
    expect(await (copy({ x }).y as Tensor).tolist()).toEqual(
      await (model({ x }).y as Tensor).tolist(),
    );
  });

  test("renames weights whose names modules already use", () => {
    const model = readOnnx(
      modelBytes(
        [{ opType: "Add", input: ["x", "forward"], output: ["y"] }],
        [weight("forward", [1], [1])],
      ),
    );
    expect(model.namedParameters().map(([name]) => name)).toEqual(["forward_"]);
  });
});

describe("refusals", () => {
  const refusal = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
    throw new Error("no error was thrown");
  };

  test("all unknown operators and domains are listed before anything runs", () => {
    const nodes = [
      { opType: "Foo", name: "a", input: ["x"], output: ["h"] },
      { opType: "Relu", domain: "com.example", name: "b", input: ["h"], output: ["y"] },
    ];
    expect(refusal(() => readOnnx(modelBytes(nodes, [])))).toMatchInlineSnapshot(`
      "OnnxError: readOnnx: node "a" (Foo of ai.onnx): this operator is not supported
        node "b" (Relu of com.example): this operator is not supported"
    `);
  });

  test("attributes and opsets that are not supported", () => {
    const node = (attribute: ReturnType<typeof int>) => ({
      ...{ opType: "Resize", name: "r", input: ["x"], output: ["y"], attribute: [attribute] },
    });
    expect(
      refusal(() => readOnnx(modelBytes([node(int("antialias", 1))], []))),
    ).toMatchInlineSnapshot(
      `"OnnxError: readOnnx: node "r" (Resize of ai.onnx): antialias = 1 is not supported"`,
    );
    expect(
      refusal(() => readOnnx(modelBytes([node(int("sparkle", 1))], []))),
    ).toMatchInlineSnapshot(
      `"OnnxError: readOnnx: node "r" (Resize of ai.onnx): the attribute sparkle is not supported (opset 17)"`,
    );
    expect(refusal(() => readOnnx(modelBytes([], [], { opset: 99 })))).toMatchInlineSnapshot(`
      "OnnxError: readOnnx: the model has opset 99
        hint: opsets up to 24 are supported; onnx.version_converter converts a model"
    `);
  });

  test("bytes that are not a model", () => {
    expect(refusal(() => readOnnx(new Uint8Array([255, 255, 255])))).toContain(
      "OnnxError: readOnnx: this is not an ONNX file",
    );
  });

  test("inputs that are missing, unknown or of another dtype", () => {
    const model = normed();
    expect(refusal(() => model({ z: zeros([2, 2]) }))).toMatchInlineSnapshot(`
      "OnnxError: OnnxModule: needs the inputs x
        missing: x
        unknown: z
        in: OnnxModule"
    `);
    expect(refusal(() => model({ x: zeros([2, 2], { dtype: "i32" }) }))).toMatchInlineSnapshot(`
      "OnnxError: OnnxModule: input x must be FLOAT, got a tensor of i32
        hint: x.to("f32")
        in: OnnxModule"
    `);
  });

  test("shapes that do not fit name the node", () => {
    expect(refusal(() => normed()({ x: zeros([2, 3]) }))).toContain(
      'OnnxError: node "bn" (BatchNormalization of ai.onnx): ',
    );
  });
});

test("run reads values from the device, and forward throws with a hint", async () => {
  const model = readOnnx(
    modelBytes([{ opType: "NonZero", name: "where", input: ["x"], output: ["y"] }], []),
  );
  const x = tensor([0, 3, 0, 5]);
  expect(() => model({ x })).toThrow(
    'OnnxModule: node "where" (NonZero) needs values that are on the device\n  hint: use await model.run(inputs), or pass the input as plain numbers',
  );
  expect(await ((await model.run({ x })).y as Tensor).tolist()).toEqual([[1, 3]]);
  expect(await (model({ x: [0, 3, 0, 5] }).y as Tensor).tolist()).toEqual([[1, 3]]);
});

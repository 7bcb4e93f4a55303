import { init, type Tensor, tensor } from "@wgrad/autograd";
import { collateWith, DataLoader, defaultCollate, padSequences } from "@wgrad/datasets";
import { beforeAll, describe, expect, expectTypeOf, test } from "vitest";

beforeAll(async () => {
  await init({ device: "cpu" });
});

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

describe("defaultCollate", () => {
  test("collates by names and positions", async () => {
    const batch = defaultCollate([
      { image: new Uint8Array([1, 2]), box: [0.5, 1], name: "a", pair: [true, 7] as const },
      { image: new Uint8Array([3, 4]), box: [1.5, 2], name: "b", pair: [false, 8] as const },
    ]);
    expectTypeOf(batch.image).toEqualTypeOf<Tensor>();
    expectTypeOf(batch.name).toEqualTypeOf<string[]>();
    expectTypeOf(batch.pair).toEqualTypeOf<[Tensor, Tensor]>();
    expect([batch.image.shape, batch.image.dtype]).toEqual([[2, 2], "u8"]);
    expect(await values(batch.image)).toEqual([1, 2, 3, 4]);
    expect([batch.box.shape, batch.box.dtype]).toEqual([[2, 2], "f32"]);
    expect(await values(batch.box)).toEqual([0.5, 1, 1.5, 2]);
    expect(batch.name).toEqual(["a", "b"]);
    const [flags, numbers] = batch.pair;
    expect([flags.dtype, numbers.dtype]).toEqual(["bool", "f32"]);
    expect(await values(numbers)).toEqual([7, 8]);
  });

  test("stacks tensors", async () => {
    const stacked = defaultCollate([tensor([1, 2]), tensor([3, 4]), tensor([5, 6])]);
    expect(stacked.shape).toEqual([3, 2]);
    expect(await values(stacked)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("refuses examples that do not match", () => {
    expect(() => defaultCollate([])).toThrow("collate: there are no examples");
    expect(() => defaultCollate([{ a: 1 }, { b: 1 }] as object[])).toThrow(
      "collate: examples cannot be collated: { a }, { b }",
    );
    expect(() => defaultCollate([{ a: { b: 1 } }, { a: { b: null } }])).toThrow(
      "collate: 'a.b' cannot be collated: number, null",
    );
    expect(() => defaultCollate([{ ids: [1, 2] }, { ids: [1] }])).toThrow(
      "collate: 'ids' have different lengths: 2, 1 numbers\n  hint: use collateWith({ paddingValue: 0 })",
    );
  });
});

test("collateWith pads and sets dtypes, in a loader", async () => {
  const examples = [
    { ids: [5, 6, 7], label: 1 },
    { ids: [8], label: 0 },
    { ids: [], label: 2 },
  ];
  const collate = collateWith({
    paddingValue: -1,
    dtypes: { ids: "i32", label: "i32" },
  });
  expectTypeOf(new DataLoader(examples, { collate })).toExtend<
    AsyncIterable<{ ids: Tensor; label: Tensor }>
  >();
  const shapes: (readonly number[])[] = [];
  for await (const { ids, label } of new DataLoader(examples, { batchSize: 2, collate })) {
    expect([ids.dtype, label.dtype]).toEqual(["i32", "i32"]);
    shapes.push(ids.shape);
    if (shapes.length === 1) expect(await values(ids)).toEqual([5, 6, 7, 8, -1, -1]);
  }
  expect(shapes).toEqual([
    [2, 3],
    [1, 0],
  ]);
});

describe("padSequences", () => {
  const sequences = [[1, 2, 3, 4], [5], []];
  test.each([
    [{}, [1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0], [4, 1, 0]],
    [{ maxLength: 2, paddingValue: 9 }, [1, 2, 5, 9, 9, 9], [2, 1, 0]],
    [{ maxLength: 2, side: "left" }, [1, 2, 0, 5, 0, 0], [2, 1, 0]],
    [{ maxLength: 2, truncate: "left" }, [3, 4, 5, 0, 0, 0], [2, 1, 0]],
    [{ length: 3 }, [1, 2, 3, 5, 0, 0, 0, 0, 0], [3, 1, 0]],
    [{ length: 3, maxLength: 1 }, [1, 0, 0, 5, 0, 0, 0, 0, 0], [1, 1, 0]],
  ] as const)("%j", async (options, padded, lengths) => {
    const out = padSequences(sequences, options);
    expect([out.values.dtype, out.mask.dtype, out.lengths.dtype]).toEqual(["i32", "bool", "i32"]);
    expect(out.values.shape).toEqual([3, padded.length / 3]);
    expect(await values(out.values)).toEqual(padded);
    expect(await values(out.lengths)).toEqual(lengths);
    const filler = "paddingValue" in options ? options.paddingValue : 0;
    expect(await values(out.mask)).toEqual(padded.map((value) => Number(value !== filler)));
  });

  test("refuses", () => {
    expect(() => padSequences([])).toThrow("padSequences: there are no sequences");
    expect(() => padSequences([[1]], { maxLength: 0 })).toThrow("padSequences: maxLength is 0");
    expect(() => padSequences([[1]], { length: 1.5 })).toThrow("padSequences: length is 1.5");
  });
});

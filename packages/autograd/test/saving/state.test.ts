import { beforeAll, describe, expect, test } from "vitest";
import { init, manualSeed, rand, randn, type Tensor, tensor } from "../../src/index.ts";
import { persist } from "../../src/plugin.ts";
import { readSafetensors, writeSafetensors } from "../../src/safetensors.ts";
import { load, randomState, restore, SavingError, type Source, toBlob } from "../../src/saving.ts";
import { counters } from "../../src/testing/index.ts";

/** A state with its tensors as [dtype, shape, values], to be compared. */
async function plain(state: unknown): Promise<unknown> {
  if (state !== null && typeof state === "object" && "dtype" in state) {
    const { dtype, shape } = state as Tensor;
    return { dtype, shape, values: [...(await (state as Tensor).data())] };
  }
  if (ArrayBuffer.isView(state) || typeof state !== "object" || state === null) return state;
  if (Array.isArray(state)) return Promise.all(state.map(plain));
  const fields = Object.entries(state).map(async ([key, value]) => [key, await plain(value)]);
  return Object.fromEntries(await Promise.all(fields));
}

const bytesOf = async (state: unknown): Promise<Uint8Array> =>
  new Uint8Array(await (await toBlob(state)).arrayBuffer());

/** Something with a state of one tensor and a number. */
class Counter {
  total: Tensor;
  count = 0;
  constructor(values: number[]) {
    this.total = persist(tensor(values));
  }
  stateDict(): object {
    return { total: this.total.detach(), count: this.count };
  }
  loadStateDict({ total, count }: { total: Tensor; count: number }): void {
    if (String(total.shape) !== String(this.total.shape)) throw new RangeError("shapes differ");
    this.total.copy_(total);
    this.count = count;
  }
}

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test("every kind of value comes back as it was, in its place", async () => {
    const state = {
      f32: tensor([[1, -0, Number.NaN, Number.POSITIVE_INFINITY]]),
      i32: tensor(Int32Array.of(-1, 2 ** 31 - 1)),
      u32: tensor(Uint32Array.of(2 ** 32 - 1)),
      u8: tensor(Uint8Array.of(0, 255)),
      bool: tensor([true, false]),
      scalar: tensor(2.5),
      empty: tensor(new Float32Array(0), { shape: [0, 3] }),
      numbers: [0, -0, 1e-300, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
      "a.b": [tensor([1]), { c: "text", d: null, e: true }],
      a: { b: tensor([2]) },
      $tensor: "f32",
      $$: { $array: [] },
      "": { "": tensor([3]) },
      ["__proto__"]: tensor([4]),
      words: Uint32Array.of(7, 8),
      exact: Float64Array.of(Math.PI),
    };
    expect(await plain(await load(await toBlob(state)))).toEqual(await plain(state));
  });

  test("a tensor, a list, a number alone", async () => {
    expect(await plain(await load(await toBlob(tensor([1, 2]))))).toMatchObject({ values: [1, 2] });
    expect(await load(await toBlob([1, [2, "x"]]))).toEqual([1, [2, "x"]]);
    expect(await load(await toBlob(-0))).toBe(-0);
    expect(await load(await toBlob({}))).toEqual({});
  });

  test("named results are their names", async () => {
    const loaded = (await load(await toBlob({ best: tensor([1, 3]).max(0) }))) as {
      best: Record<string, Tensor>;
    };
    expect(Object.keys(loaded.best)).toEqual(["values", "indices"]);
    expect(await loaded.best.values?.item()).toBe(3);
  });

  test("tensors under names are a file like any other's", async () => {
    const bytes = await bytesOf({ "hidden.weight": tensor([[1, 2]]), mask: tensor([true]) });
    expect(readSafetensors(bytes)).toEqual({
      metadata: {},
      tensors: {
        "hidden.weight": { dtype: "f32", shape: [1, 2], data: Float32Array.of(1, 2) },
        mask: { dtype: "bool", shape: [1], data: Uint8Array.of(1) },
      },
    });
  });

  test("what lies deeper is found under its path by other readers", async () => {
    const blob = await toBlob(
      { model: new Counter([1]), list: [tensor([2])], "list.0": tensor([3]) },
      { metadata: { format: "pt" } },
    );
    const { tensors, metadata } = readSafetensors(await blob.arrayBuffer());
    expect(Object.keys(tensors).sort()).toEqual(["list.0", "list.0#2", "model.total"]);
    expect(metadata.format).toBe("pt");
  });

  test("the values are those of the call, whatever happens meanwhile", async () => {
    const counter = new Counter([1, 2]);
    const words = Uint32Array.of(1);
    const saving = toBlob({ counter, words });
    counter.total.add_(tensor([10, 10]));
    counter.count = 5;
    words[0] = 9;
    const saved = await load<{ counter: { total: Tensor; count: number }; words: Uint32Array }>(
      await saving,
    );
    expect(await plain(saved)).toEqual({
      counter: { total: { dtype: "f32", shape: [2], values: [1, 2] }, count: 0 },
      words: Uint32Array.of(1),
    });
    expect(await plain(counter.total)).toMatchObject({ values: [11, 12] });
  });

  test("a value is read once, and a shared one not twice", async () => {
    const shared = persist(tensor([1, 2]).mul(2));
    shared.realize();
    const before = counters().readbacks;
    await toBlob({ a: shared, b: shared.detach() });
    expect(counters().readbacks - before).toBe(1);
  });

  test("loaded tensors do not share memory with the bytes they came from", async () => {
    const bytes = await bytesOf({ x: tensor([1, 2]) });
    const { x } = await load(bytes);
    bytes.fill(0);
    expect(await x?.tolist()).toEqual([1, 2]);
  });

  test("restore gives every part its state, and the rest to the caller", async () => {
    const [a, b] = [new Counter([1, 2]), new Counter([3])];
    a.count = 7;
    const file = await toBlob({ a, b, epoch: 3, losses: Float64Array.of(0.5), $note: "x" });
    const [c, d] = [new Counter([0, 0]), new Counter([0])];
    expect(await restore({ a: c, b: d }, file)).toEqual({
      epoch: 3,
      losses: Float64Array.of(0.5),
      $note: "x",
    });
    expect(await plain([c.total, d.total, c.count])).toMatchObject([
      { values: [1, 2] },
      { values: [3] },
      7,
    ]);
    expect(await restore({ b: d }, file)).toMatchObject({ epoch: 3 });
  });

  test("if one part does not fit, none has changed", async () => {
    const file = await toBlob({ a: new Counter([1, 2]), b: new Counter([3]), randomState });
    const [a, b] = [new Counter([8, 8]), new Counter([9, 9])];
    a.count = 1;
    manualSeed(1);
    const expected = await rand([3]).tolist();
    manualSeed(1);
    await expect(restore({ randomState, a, b }, file)).rejects.toThrow("shapes differ");
    expect(await plain([a.total, a.count])).toEqual([
      { dtype: "f32", shape: [2], values: [8, 8] },
      1,
    ]);
    expect(await rand([3]).tolist()).toEqual(expected);
  });

  test("random numbers go on where they were: on the host and on the device", async () => {
    manualSeed(5);
    randn([3]);
    rand([4], { generator: "device" });
    const file = await toBlob({ randomState });
    const draw = async () => [
      await randn([5]).tolist(),
      await rand([5], { generator: "device" }).tolist(),
    ];
    const expected = await draw();
    manualSeed(6);
    expect(await draw()).not.toEqual(expected);
    await restore({ randomState }, file);
    expect(await draw()).toEqual(expected);
  });
});

describe("refused", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  const circle: Record<string, unknown> = {};
  circle.again = circle;
  test.each<[unknown, string]>([
    [{ a: { f: () => 1 } }, "save: a.f is a function\n  hint: a state may contain tensors"],
    [{ a: [1n] }, "save: a.0 is a bigint"],
    [{ when: new Date(0) }, "save: when is a Date"],
    [new Map(), "save: the state is a Map"],
    [{ a: [undefined] }, "save: a.0 is undefined"],
    [{ a: Int16Array.of(1) }, "save: a is a Int16Array"],
    [circle, "is nested too deep, or contains itself"],
  ])("%o", async (state, message) => {
    await expect(toBlob(state)).rejects.toThrow(message);
  });

  test("the metadata's name that the structure needs", async () => {
    await expect(toBlob({}, { metadata: { wgrad: "" } })).rejects.toThrow(
      'key "wgrad" is reserved',
    );
  });

  const x = { dtype: "u8", shape: [1], data: Uint8Array.of(1) } as const;
  const withTree = (wgrad: string): Uint8Array => writeSafetensors({ x }, { wgrad });
  test.each<[string, Source, string]>([
    [
      "an empty file",
      new Uint8Array(0),
      "these bytes: safetensors: a file of 0 bytes is too short",
    ],
    ["a text", new Blob(["hello, this is no model"]), "or is not a safetensors file"],
    ["a damaged structure", withTree("{"), "its structure is not JSON"],
    ["a later version", withTree('{"version":2,"state":1}'), "has version 2, expected 1"],
    ["no structure", withTree("null"), "has version undefined, expected 1"],
    [
      "a tensor that is not there",
      withTree('{"version":1,"state":{"y":{"$tensor":"y"}}}'),
      'the tensor "y" is missing',
    ],
    [
      "a tensor without a name",
      withTree('{"version":1,"state":{"$tensor":{}}}'),
      "$tensor without a name",
    ],
    [
      "endless nesting",
      withTree(`{"version":1,"state":${"[".repeat(5000)}${"]".repeat(5000)}}`),
      "nested too deep",
    ],
  ])("loading %s", async (_, source, message) => {
    await expect(load(source)).rejects.toThrow(SavingError);
    await expect(load(source)).rejects.toThrow(message);
  });

  test("a file cut short anywhere, or with a byte of its header changed, loads nothing", async () => {
    const counter = new Counter([1, 2, 3]);
    const bytes = await bytesOf({ counter });
    const other = new Counter([4, 5, 6]);
    for (let length = 0; length < bytes.length; length += 3) {
      await expect(restore({ counter: other }, bytes.subarray(0, length))).rejects.toThrow(
        SavingError,
      );
    }
    expect(await other.total.tolist()).toEqual([4, 5, 6]);
  });

  test("a part that was not saved, and names what was", async () => {
    const file = await toBlob({ a: new Counter([1]), epoch: 1 });
    const counter = new Counter([5]);
    await expect(restore({ a: counter, b: counter }, file)).rejects.toThrow(
      'restore: these bytes: it has no "b"\n  it has: a, epoch',
    );
    const flat = await toBlob({ weight: tensor([1]) });
    await expect(restore({ model: counter }, flat)).rejects.toThrow(
      "it has: only tensors\n  hint: model.loadStateDict(await load(file))",
    );
    expect(await counter.total.tolist()).toEqual([5]);
  });

  test("a part that cannot take a state", async () => {
    const file = await toBlob({ a: new Counter([1]) });
    await expect(restore({ a: {} as Counter }, file)).rejects.toThrow(
      "restore: a has no loadStateDict()",
    );
  });

  test.each([
    {},
    { generator: Uint32Array.of(1), deviceDraws: 0 },
    { generator: new Uint32Array(629), deviceDraws: -1 },
    { generator: new Uint32Array(629), deviceDraws: 0.5 },
  ])("a random state of another kind: %o", async (state) => {
    expect(() => randomState.loadStateDict(state)).toThrow("state");
  });
});

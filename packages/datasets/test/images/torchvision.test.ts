import { Generator, init, type Tensor, tensor } from "@wgrad/autograd";
import * as D from "@wgrad/datasets";
import { beforeAll, describe, expect, test } from "vitest";
import expected from "../fixtures/pictures.json" with { type: "json" };

interface Made {
  readonly shape: number[];
  readonly values: number[];
}

const given = ({ shape, values }: Made): Tensor => tensor(Float32Array.from(values), { shape });
const agree = async (x: Tensor, { shape, values }: Made): Promise<void> => {
  expect(x.shape).toEqual(shape);
  const data = await x.data();
  const off = Math.max(...values.map((value, i) => Math.abs(value - Number(data[i]))));
  expect(off).toBeLessThanOrEqual(3e-6);
};

/** Makes a transform from the class and arguments in the file. */
function made(name: string, args: readonly unknown[]): D.ImageTransform {
  const Made = Object(D)[name.split(" ")[0] as string] as new (
    ...args: unknown[]
  ) => D.ImageTransform;
  return new Made(...args);
}

const withGenerator = (name: string, args: readonly unknown[]): readonly unknown[] => {
  if (!/Random|Jitter|Blur/.test(name)) return args;
  const generator = new Generator(11);
  const last = args.at(-1);
  const options = typeof last === "object" && !Array.isArray(last) ? last : null;
  return options === null
    ? [...args, { generator }]
    : [...args.slice(0, -1), { ...options, generator }];
};

describe.each(["cpu", "wasm", "webgpu"] as const)("as torchvision on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test.each(expected.cases.map((each) => [each.name, each] as const))("%s", async (name, each) => {
    const transform = made(name, withGenerator(name, each.given));
    await agree(transform.transform(given(expected.pictures)), each);
    const one = transform.transform(given(expected.pictures).select(0, 1));
    expect(one.shape).toEqual(each.shape.slice(1));
  });

  test.each(expected.grids.map((each) => [JSON.stringify(each.given), each] as const))(
    "makeGrid %s",
    async (_, each) => {
      const options = each.given as D.MakeGridOptions;
      await agree(D.makeGrid(given(expected.pictures), options), each);
      const list = [0, 1, 2].map((i) => given(expected.pictures).select(0, i));
      await agree(D.makeGrid(list, options), each);
    },
  );
});

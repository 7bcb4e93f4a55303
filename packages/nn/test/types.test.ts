import { init, ones, type Tensor, tensor } from "@wgrad/autograd";
import { functional as F, Linear, LSTM, Module, ModuleList, Sequential } from "@wgrad/nn";
import { beforeAll, expect, expectTypeOf, test } from "vitest";

beforeAll(() => init({ device: "cpu" }));

// most of this is checked by the compiler
test("the call of a module has the types of its forward", async () => {
  class Joined extends Module {
    left = new Linear(2, 3);
    right = new Linear(1, 3);
    forward(x: Tensor, y: Tensor, scale = 1): Tensor {
      return this.left(x).add(this.right(y)).mul(scale);
    }
  }
  class Both extends Module {
    forward(x: Tensor): [Tensor, Tensor] {
      return [x, x.mul(2)];
    }
  }
  class Nothing extends Module {
    forward(): number {
      return 3;
    }
  }
  class Told extends Module<[x: Tensor], Tensor> {
    forward(x: Tensor): Tensor {
      return x;
    }
  }
  const joined = new Joined();
  const call: (x: Tensor, y: Tensor, scale?: number) => Tensor = joined;
  expectTypeOf(call(ones([1, 2]), ones([1, 1]))).toEqualTypeOf<Tensor>();
  expect(joined(ones([1, 2]), ones([1, 1])).shape).toEqual([1, 3]);
  // @ts-expect-error the second input is missing
  expect(() => joined(ones([1, 2]))).toThrow();
  // @ts-expect-error not a tensor
  expect(() => joined(1, ones([1, 1]))).toThrow();
  const [x, y] = new Both()(ones([1]));
  expect(await x.add(y).item()).toBe(3);
  expectTypeOf(new Nothing()()).toEqualTypeOf<number>();
  expectTypeOf(new Told()(ones([1]))).toEqualTypeOf<Tensor>();

  const takesAny: Module<[Tensor], Tensor> = new Told();
  expectTypeOf(takesAny(ones([1]))).toEqualTypeOf<Tensor>();
  // @ts-expect-error it takes two inputs
  const wrong: Module<[Tensor], Tensor> = joined;
  expect(wrong).toBe(joined);
});

test("functions are layers of a Sequential, and parts are tensors", async () => {
  const model = new Sequential(new Linear(2, 2), F.relu, (x: Tensor) => x.mul(2));
  expectTypeOf(model(ones([1, 2]))).toEqualTypeOf<Tensor>();
  const list = new ModuleList([new Linear(2, 2), new Linear(2, 2)]);
  expectTypeOf(list.at(0)(ones([1, 2]))).toEqualTypeOf<Tensor>();
  const [output, [h, c]] = new LSTM(2, 3)(ones([4, 1, 2]));
  const state: [Tensor, Tensor] = [h, c];
  expect([output.shape, state[0].shape]).toEqual([
    [4, 1, 3],
    [1, 1, 3],
  ]);
  const x = tensor([1, 2, 3, 4]);
  expectTypeOf(x.chunk(2)).toEqualTypeOf<Tensor[]>();
  expectTypeOf(x.split([1, 3])).toEqualTypeOf<Tensor[]>();
  expectTypeOf(x.max(0)[0]).toEqualTypeOf<Tensor>();
  expectTypeOf(x.topk(2).indices).toEqualTypeOf<Tensor>();
});

import { Generator, noGrad, randn, type Tensor, tensor } from "@wgrad/autograd";
import type { AnyModule } from "./run.ts";

/** A direction for every parameter. */
type Direction = readonly Tensor[];

/**
 * The loss around a model's weights, along two directions: θ + a·u + b·v. Of a model with two
 * weights u and v are these themselves. Of others they are drawn at random, each part of u and v as
 * long as the part of θ that it moves, so that 1 is a step as large as the weights (Li et al. 2018).
 */
export class Landscape {
  readonly #model: AnyModule;
  readonly #loss: () => Promise<() => Tensor>;
  #around: { loss: () => Tensor; weights: Direction; u: Direction; v: Direction } | null = null;

  constructor(model: AnyModule, loss: () => Promise<() => Tensor>) {
    this.#model = model;
    this.#loss = loss;
  }

  /** From now on it is seen around the weights of now. */
  async look(seed: number): Promise<void> {
    this.end();
    const parameters = this.#model.parameters();
    const weights = noGrad(() => parameters.map((each) => each.clone().keep()));
    const two = parameters.reduce((sum, each) => sum + sizeOf(each), 0) === 2;
    const generator = new Generator(seed);
    const [u, v] = [0, 1].map((axis) =>
      two ? unit(weights, axis) : alike(weights, generator),
    ) as [Direction, Direction];
    this.#around = { loss: await this.#loss(), weights, u, v };
    for (const each of [...weights, ...u, ...v]) await each.realize();
  }

  /** Losses at places of u, at one place of v; the model's weights are as before. */
  async row(places: readonly number[], b: number): Promise<Float32Array> {
    const around = this.#around;
    if (around === null) throw new TypeError("look before a row is asked for");
    const parameters = this.#model.parameters();
    const now = noGrad(() => parameters.map((each) => each.clone().keep()));
    const losses = new Float32Array(places.length);
    const training = this.#model.training;
    this.#model.eval();
    try {
      for (const [i, a] of places.entries()) {
        noGrad(() => {
          parameters.forEach((each, k) => {
            const [w, u, v] = [around.weights[k], around.u[k], around.v[k]] as [
              Tensor,
              Tensor,
              Tensor,
            ];
            each.copy_(w.add(u.mul(a)).add(v.mul(b)));
          });
        });
        losses[i] = await noGrad(around.loss).item();
      }
    } finally {
      noGrad(() => {
        for (const [k, each] of parameters.entries()) each.copy_(now[k] as Tensor);
      });
      for (const each of parameters) await each.realize();
      for (const each of now) each.dispose();
      this.#model.train(training);
    }
    return losses;
  }

  /** Gives back what it has on the device. */
  end(): void {
    const { weights = [], u = [], v = [] } = this.#around ?? {};
    for (const each of [...weights, ...u, ...v]) each.dispose();
    this.#around = null;
  }
}

const sizeOf = ({ shape }: Tensor): number => shape.reduce((a, b) => a * b, 1);

/** 1 for one of two weights, 0 for the other. */
function unit(weights: Direction, axis: number): Direction {
  let seen = 0;
  return weights.map((each) => {
    const values = Float32Array.from({ length: sizeOf(each) }, () => Number(seen++ === axis));
    return tensor(values, { shape: each.shape }).keep();
  });
}

/** At random, each row as long as that row of weights; as 1 where those are 0. */
function alike(weights: Direction, generator: Generator): Direction {
  return weights.map((each) =>
    noGrad(() => {
      const drawn = randn([...each.shape], { generator });
      const rows = each.shape.length > 1 ? each.flatten(1) : each.reshape(1, -1);
      const flat = drawn.reshape(rows.shape);
      const long = rows.norm(2, 1, { keepdim: true });
      const wanted = long.add(long.eq(0).to("f32"));
      const length = flat.norm(2, 1, { keepdim: true }).add(1e-12);
      return flat.div(length).mul(wanted).reshape(each.shape).keep();
    }),
  );
}

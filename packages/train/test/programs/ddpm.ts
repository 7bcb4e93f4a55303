// A diffusion model of points on a circle: noise schedules, gather, a sinusoidal time embedding,
// step-by-step sampling.
import {
  arange,
  cat,
  cumprod,
  full,
  linspace,
  manualSeed,
  noGrad,
  rand,
  randint,
  randn,
  randnLike,
  slice,
  sqrt,
  stack,
  type Tensor,
} from "@wgrad/autograd";
import { functional as F, Linear, Module, Sequential, SiLU } from "@wgrad/nn";
import { Adam } from "@wgrad/optim";
import { type Program, program, times } from "./reference.ts";

const [N, T] = [128, 50];
const extract = (a: Tensor, t: Tensor, shape: readonly number[]): Tensor =>
  a.gather(-1, t).reshape(t.shape[0] as number, ...Array<number>(shape.length - 1).fill(1));

class TimeEmbedding extends Module {
  readonly d: number;
  constructor(d: number) {
    super();
    this.d = d;
  }
  override forward(t: Tensor): Tensor {
    const h = this.d / 2;
    const e = t.at(slice(null), null).mul(
      arange(h)
        .mul(-(Math.log(10000) / (h - 1)))
        .exp()
        .at(null, slice(null)),
    );
    return cat([e.sin(), e.cos()], -1);
  }
}

class Net extends Module<[Tensor, Tensor], Tensor> {
  time = new Sequential(new TimeEmbedding(16), new Linear(16, 32), new SiLU());
  inp = new Linear(2, 32);
  mid = new Sequential(new SiLU(), new Linear(32, 32), new SiLU());
  out = new Linear(32, 2);
  override forward(x: Tensor, t: Tensor): Tensor {
    return this.out(this.mid(this.inp(x).add(this.time(t))));
  }
}

export const ddpm: Program = program("ddpm", async (ref) => {
  manualSeed(0);
  const angle = rand([N]).mul(2 * Math.PI);
  const data = stack([angle.cos(), angle.sin()], 1).add(randn([N, 2]).mul(0.05));
  const betas = linspace(1e-4, 0.02 * 10, T);
  const alphas = betas.rsub(1);
  const alphasCumprod = cumprod(alphas, 0);
  const previous = F.pad(alphasCumprod.at(slice(-1)), [1, 0], { value: 1 });
  const sqrtRecipAlphas = sqrt(alphas.reciprocal());
  const sqrtAlphasCumprod = sqrt(alphasCumprod);
  const sqrtOneMinus = sqrt(alphasCumprod.rsub(1));
  const variance = betas.mul(previous.rsub(1)).div(alphasCumprod.rsub(1));
  await ref.check("pv", variance, 1e-6);
  const model = new Net();
  await ref.checkState("m0", model.stateDict(), 1e-6);
  const optimizer = new Adam(model.parameters(), { lr: 2e-3 });
  const losses: Tensor[] = [];
  await times(20, async () => {
    optimizer.zeroGrad();
    const ix = randint(0, N, [32]);
    const x0 = data.at(ix);
    const t = randint(0, T, [32]);
    const noise = randnLike(x0);
    const xt = extract(sqrtAlphasCumprod, t, x0.shape)
      .mul(x0)
      .add(extract(sqrtOneMinus, t, x0.shape).mul(noise));
    const loss = F.smoothL1Loss(noise, model(xt, t));
    loss.backward();
    optimizer.step();
    losses.push(loss);
    await loss.item();
  });
  await ref.check("losses", losses);
  await ref.checkState("m1", model.stateDict(), 1e-3);
  let img = randn([16, 2]);
  await ref.check("start", img, 1e-5);
  for (let i = T - 1; i >= 0; i--) {
    img = noGrad(() => {
      const t = full([16], i, { dtype: "i32" });
      const predicted = extract(betas, t, img.shape)
        .mul(model(img, t))
        .div(extract(sqrtOneMinus, t, img.shape));
      const mean = extract(sqrtRecipAlphas, t, img.shape).mul(img.sub(predicted));
      return i === 0 ? mean : mean.add(sqrt(extract(variance, t, img.shape)).mul(randnLike(img)));
    });
  }
  await ref.check("samples", img, 1e-3);
});

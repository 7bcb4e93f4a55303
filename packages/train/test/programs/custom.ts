// Custom Functions and a custom optimizer, hooks on gradients and modules, gradient accumulation,
// checkpointing, weight averages, the best model, early stopping.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  checkpoint,
  Function as Differentiable,
  type FunctionContext,
  full,
  linspace,
  manualSeed,
  noGrad,
  randn,
  sin,
  slice,
  type Tensor,
  zerosLike,
} from "@wgrad/autograd";
import { load, save } from "@wgrad/autograd/saving";
import { copyModule, functional as F, Linear, Module } from "@wgrad/nn";
import { type BaseOptions, ExponentialMovingAverage, Optimizer } from "@wgrad/optim";
import { type Program, program } from "./reference.ts";

class LegendreP3 extends Differentiable {
  static override forward(ctx: FunctionContext, x: Tensor): Tensor {
    ctx.saveForBackward(x);
    return x.pow(3).mul(5).sub(x.mul(3)).mul(0.5);
  }
  static override backward(ctx: FunctionContext, g: Tensor): Tensor {
    const [x] = ctx.savedTensors;
    return g.mul((x as Tensor).pow(2).mul(5).sub(1)).mul(1.5);
  }
}

class BinarizeSTE extends Differentiable {
  static override forward(ctx: FunctionContext, x: Tensor, limit: number): Tensor {
    ctx.limit = limit;
    ctx.saveForBackward(x);
    return x.sign();
  }
  static override backward(ctx: FunctionContext, g: Tensor): (Tensor | null)[] {
    const [x] = ctx.savedTensors;
    return [
      g.mul(
        (x as Tensor)
          .abs()
          .le(ctx.limit as number)
          .to("f32"),
      ),
      null,
    ];
  }
}

interface AddSignOptions extends BaseOptions {
  readonly beta: number;
}
class AddSign extends Optimizer<AddSignOptions, { m: Tensor }> {
  constructor(params: Iterable<Tensor>, options: Partial<AddSignOptions> = {}) {
    super(params, { lr: 1e-2, beta: 0.9, ...options });
  }
  protected update(
    p: Tensor,
    g: Tensor,
    s: Partial<{ m: Tensor }>,
    { lr, beta }: AddSignOptions,
  ): Tensor {
    s.m = (s.m ?? zerosLike(p)).mul(beta).add(g, { alpha: 1 - beta });
    return p.sub(g.mul(g.sign().mul(s.m.sign()).add(1)), { alpha: lr });
  }
}

class Net extends Module<[Tensor, boolean?], Tensor> {
  fc1 = new Linear(10, 24);
  fc2 = new Linear(24, 24);
  fc3 = new Linear(24, 1);
  override forward(x: Tensor, use = false): Tensor {
    let h = this.fc1(x).tanh();
    h = use ? checkpoint((z: Tensor) => this.fc2(z).tanh().mul(2), h) : this.fc2(h).tanh().mul(2);
    return this.fc3(BinarizeSTE.apply(h, 1.5).mul(0.5).add(h));
  }
}

export const custom: Program = program("custom", async (ref) => {
  manualSeed(0);
  const x = linspace(-Math.PI, Math.PI, 64);
  const y = sin(x);
  const ps = [0, -1, 0, 0.3].map((v) => full([], v, { requiresGrad: true }));
  const legendre: Tensor[] = [];
  for (let t = 0; t < 10; t++) {
    const [a, b, c, d] = ps as [Tensor, Tensor, Tensor, Tensor];
    const loss = a
      .add(b.mul(LegendreP3.apply(c.add(d.mul(x)))))
      .sub(y)
      .pow(2)
      .sum();
    legendre.push(loss);
    loss.backward();
    noGrad(() => {
      for (const p of ps) {
        p.sub_((p.grad as Tensor).mul(5e-6));
        p.grad = null;
      }
    });
  }
  await ref.check("legendre", legendre);

  const net = new Net();
  await ref.checkState("m0", net.stateDict(), 1e-6);
  const all = randn([96, 10]);
  const target = all.sum(1, { keepdim: true }).sin();
  const [X, Y, Xv, Yv] = [
    all.at(slice(64)),
    target.at(slice(64)),
    all.at(slice(64, null)),
    target.at(slice(64, null)),
  ];
  for (const p of net.parameters()) p.registerHook((g) => g.clamp(-0.05, 0.05));
  const acts: Record<string, Tensor> = {};
  const gnorm: Tensor[] = [];
  net.fc1.registerForwardHook((_m, _i, o) => {
    acts.fc1 = o.detach();
    return undefined;
  });
  net.fc2.registerFullBackwardHook((_m, _gi, go) => {
    gnorm.push((go[0] as Tensor).norm());
    return undefined;
  });
  const optimizer = new AddSign(net.parameters(), { lr: 0.02 });
  const ema = copyModule(net);
  const averages = new ExponentialMovingAverage(net.parameters(), { decay: 0.9 });
  const [train, val]: [Tensor[], number[]] = [[], []];
  let [best, bad, epochs] = [1e9, 0, 0];
  const file = join(mkdtempSync(join(tmpdir(), "wgrad-")), "best.safetensors");
  for (let epoch = 0; epoch < 8; epoch++) {
    epochs++;
    net.train();
    optimizer.zeroGrad();
    for (let k = 0; k < 4; k++) {
      const part = slice(16 * k, 16 * k + 16);
      const loss = F.mseLoss(net(X.at(part), k % 2 === 1), Y.at(part)).div(4);
      loss.backward();
      train.push(loss);
    }
    optimizer.step();
    noGrad(() => {
      for (const [i, a] of ema.parameters().entries())
        a.mul_(0.9).add_(net.parameters()[i] as Tensor, { alpha: 0.1 });
    });
    averages.update();
    net.eval();
    const v = await noGrad(() => F.mseLoss(net(Xv), Yv)).item();
    val.push(v);
    if (v < best - 1e-4) {
      [best, bad] = [v, 0];
      await save(net.stateDict(), file);
    } else if (++bad >= 3) break;
  }
  await ref.check("train", train, 1e-3);
  await ref.check("val", val, 1e-3);
  await ref.check("gnorm", gnorm, 1e-3);
  await ref.check("epochs", [epochs]);
  net.loadStateDict(await load(file));
  await ref.check(
    "out",
    noGrad(() => net(Xv)),
    1e-3,
  );
  await ref.check("act", acts.fc1 as Tensor, 1e-3);
  await ref.check(
    "ema",
    noGrad(() => ema(Xv)),
    1e-3,
  );
  await ref.checkState("best", net.stateDict(), 1e-3);
});

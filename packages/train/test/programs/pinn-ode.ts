// A physics-informed net (second derivatives, Adam then L-BFGS), and a neural ODE with a
// Runge–Kutta solver.
import {
  cat,
  grad,
  manualSeed,
  noGrad,
  ones,
  onesLike,
  rand,
  sin,
  stack,
  type Tensor,
  tensor,
  zeros,
} from "@wgrad/autograd";
import { init, Linear, Module, Sequential, Tanh } from "@wgrad/nn";
import { Adam, LBFGS, RMSprop } from "@wgrad/optim";
import { type Program, program, times } from "./reference.ts";

class PINN extends Module<[Tensor, Tensor], Tensor> {
  net = new Sequential(
    new Linear(2, 20),
    new Tanh(),
    new Linear(20, 20),
    new Tanh(),
    new Linear(20, 1),
  );
  override forward(x: Tensor, t: Tensor): Tensor {
    return this.net(cat([x, t], 1));
  }
}

const g = (y: Tensor, x: Tensor): Tensor =>
  grad(y, x, { gradOutputs: [onesLike(y)], createGraph: true })[0] as Tensor;

export const pinnOde: Program = program("pinn-ode", async (ref) => {
  manualSeed(0);
  const net = new PINN();
  await ref.checkState("init", net.stateDict(), 1e-6);
  const xf = rand([64, 1]).mul(2).sub(1).requiresGrad_(true);
  const tf = rand([64, 1]).requiresGrad_(true);
  const x0 = rand([16, 1]).mul(2).sub(1);
  const t0 = zeros([16, 1]);
  const xb = cat([ones([8, 1]), ones([8, 1]).neg()]);
  const tb = rand([16, 1]);
  const total = (): Tensor => {
    const u = net(xf, tf);
    const [ut, ux] = [g(u, tf), g(u, xf)];
    const uxx = g(ux, xf);
    const f = ut.add(u.mul(ux)).sub(uxx.mul(0.01 / Math.PI));
    return f
      .pow(2)
      .mean()
      .add(
        net(x0, t0)
          .add(sin(x0.mul(Math.PI)))
          .pow(2)
          .mean(),
      )
      .add(net(xb, tb).pow(2).mean());
  };
  const optimizer = new Adam(net.parameters(), { lr: 5e-3 });
  const losses: Tensor[] = [];
  await times(12, async () => {
    optimizer.zeroGrad();
    const loss = total();
    loss.backward();
    optimizer.step();
    losses.push(loss);
    await loss.item();
  });
  const lbfgs = new LBFGS(net.parameters(), {
    lr: 0.5,
    maxIter: 5,
    historySize: 10,
    lineSearchFn: "strong_wolfe",
  });
  const values: number[] = await Promise.all(losses.map((l) => l.item()));
  await times(3, async () => {
    const loss = await lbfgs.step(() => {
      lbfgs.zeroGrad();
      const l = total();
      l.backward();
      return l;
    });
    values.push(typeof loss === "number" ? loss : await (loss as Tensor).item());
  });
  await ref.check("losses", values, 1e-3);
  await ref.checkState("final", net.stateDict(), 5e-3);

  manualSeed(5);
  const A = tensor([
    [-0.1, 2],
    [-2, -0.1],
  ]);
  const y0 = tensor([[2, 0]]);
  const dt = 0.05;
  const rk4 = (f: (y: Tensor) => Tensor, y: Tensor, n: number): Tensor => {
    const ys = [y];
    for (let i = 0; i < n; i++) {
      const k1 = f(y);
      const k2 = f(y.add(k1.mul(dt / 2)));
      const k3 = f(y.add(k2.mul(dt / 2)));
      const k4 = f(y.add(k3.mul(dt)));
      y = y.add(
        k1
          .add(k2.mul(2))
          .add(k3.mul(2))
          .add(k4)
          .mul(dt / 6),
      );
      ys.push(y);
    }
    return stack(ys);
  };
  const truth = noGrad(() => rk4((y) => y.pow(3).mm(A), y0, 10));
  const func = new Sequential(new Linear(2, 16), new Tanh(), new Linear(16, 2));
  await ref.checkState("ode0", func.stateDict(), 1e-6);
  for (const m of func.modules()) {
    if (m instanceof Linear) {
      init.normal_(m.weight, { mean: 0, std: 0.1 });
      init.constant_(m.bias as Tensor, 0);
    }
  }
  await ref.checkState("ode1", func.stateDict(), 1e-5);
  const rms = new RMSprop(func.parameters(), { lr: 1e-2 });
  const ode: Tensor[] = [];
  await times(10, async () => {
    rms.zeroGrad();
    const pred = rk4((y) => func(y.pow(3)), y0, 10);
    const loss = pred.sub(truth).abs().mean();
    loss.backward();
    rms.step();
    ode.push(loss);
    await loss.item();
  });
  await ref.check("ode", ode, 1e-3);
  await ref.checkState("ode2", func.stateDict(), 1e-3);
});

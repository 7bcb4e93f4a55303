// Actor–critic on a cart pole (with replayed actions), and PPO with a normal policy. The
// distributions are written by hand.
import {
  clamp,
  manualSeed,
  max,
  noGrad,
  rand,
  randn,
  randnLike,
  randperm,
  slice,
  stack,
  type Tensor,
  tensor,
  zeros,
} from "@wgrad/autograd";
import { functional as F, Linear, Module, parameter, Sequential, Tanh } from "@wgrad/nn";
import { Adam, clipGradNorm_ } from "@wgrad/optim";
import { type Program, program } from "./reference.ts";

class Categorical {
  readonly probs: Tensor;
  constructor(probs: Tensor) {
    this.probs = probs;
  }
  /** Samples with the Gumbel-max trick. */
  sample(): Tensor {
    return this.probs.log().sub(rand(this.probs.shape).log().neg().log()).argmax(-1);
  }
  logProb(action: Tensor): Tensor {
    return this.probs.log().gather(-1, action.unsqueeze(-1)).squeeze(-1);
  }
}

class Normal {
  readonly mean: Tensor;
  readonly std: Tensor;
  constructor(mean: Tensor, std: Tensor) {
    this.mean = mean;
    this.std = std;
  }
  logProb(x: Tensor): Tensor {
    return x
      .sub(this.mean)
      .div(this.std)
      .pow(2)
      .mul(-0.5)
      .sub(this.std.log())
      .sub(0.5 * Math.log(2 * Math.PI));
  }
  entropy(): Tensor {
    return this.std.log().add(0.5 + 0.5 * Math.log(2 * Math.PI));
  }
}

class CartPole {
  s = [0.01, 0.02, 0.03, -0.02] as [number, number, number, number];
  t = 0;
  reset() {
    this.s = [0.01, 0.02, 0.03, -0.02];
    this.t = 0;
    return this.s;
  }
  step(a: number) {
    const [x, xd, th, thd] = this.s;
    const force = a === 1 ? 10 : -10;
    const [c, s] = [Math.cos(th), Math.sin(th)];
    const temp = (force + 0.05 * thd ** 2 * s) / 1.1;
    const thacc = (9.8 * s - c * temp) / (0.5 * (4 / 3 - (0.1 * c ** 2) / 1.1));
    const xacc = temp - (0.05 * thacc * c) / 1.1;
    this.s = [x + 0.02 * xd, xd + 0.02 * xacc, th + 0.02 * thd, thd + 0.02 * thacc];
    this.t++;
    return {
      state: this.s,
      reward: 1,
      done: Math.abs(this.s[0]) > 2.4 || Math.abs(this.s[2]) > 0.2095 || this.t >= 60,
    };
  }
}

class Policy extends Module<[Tensor], [Tensor, Tensor]> {
  affine1 = new Linear(4, 32);
  actionHead = new Linear(32, 2);
  valueHead = new Linear(32, 1);
  savedActions: [Tensor, Tensor][] = [];
  rewards: number[] = [];
  override forward(x: Tensor): [Tensor, Tensor] {
    x = F.relu(this.affine1(x));
    return [F.softmax(this.actionHead(x), -1), this.valueHead(x)];
  }
}

class Agent extends Module<[Tensor, Tensor?], [Tensor, Tensor, Tensor, Tensor]> {
  critic: Sequential;
  actorMean: Sequential;
  actorLogstd: Tensor;
  constructor(obs: number, act: number) {
    super();
    this.critic = new Sequential(new Linear(obs, 32), new Tanh(), new Linear(32, 1));
    this.actorMean = new Sequential(new Linear(obs, 32), new Tanh(), new Linear(32, act));
    this.actorLogstd = parameter(zeros([1, act]));
  }
  override forward(x: Tensor, action?: Tensor): [Tensor, Tensor, Tensor, Tensor] {
    const mean = this.actorMean(x);
    const std = this.actorLogstd.expand(mean.shape).exp();
    const p = new Normal(mean, std);
    action ??= mean.add(std.mul(randnLike(mean))).detach();
    return [action, p.logProb(action).sum(1), p.entropy().sum(1), this.critic(x)];
  }
}

export const actorCriticPpo: Program = program("actor-critic-ppo", async (ref) => {
  manualSeed(543);
  const model = new Policy();
  await ref.checkState("ac0", model.stateDict(), 1e-6);
  const optimizer = new Adam(model.parameters(), { lr: 3e-2 });
  const env = new CartPole();
  const recorded = [...(await ref.tensor("actions").data())];
  const [losses, lengths]: [Tensor[], number[]] = [[], []];
  for (let episode = 0; episode < 6; episode++) {
    let state = env.reset();
    for (;;) {
      const [probs, value] = model(tensor(state));
      const m = new Categorical(probs);
      const sampled = await m.sample().item(); // a real run would take this action
      const action = recorded.shift() as number;
      if (!(sampled === 0 || sampled === 1)) throw new Error("a sample out of range");
      model.savedActions.push([m.logProb(tensor(action, { dtype: "i32" })), value]);
      const result = env.step(action);
      state = result.state;
      model.rewards.push(result.reward);
      if (result.done) break;
    }
    let R = 0;
    const list: number[] = [];
    for (const r of [...model.rewards].reverse()) {
      R = r + 0.99 * R;
      list.unshift(R);
    }
    let returns = tensor(list);
    returns = returns.sub(returns.mean()).div(returns.std().add(1e-6));
    const policyLosses: Tensor[] = [];
    const valueLosses: Tensor[] = [];
    for (const [i, [logProb, value]] of model.savedActions.entries()) {
      const ret = returns.at(i);
      const advantage = ret.sub(value.detach().squeeze());
      policyLosses.push(logProb.neg().mul(advantage));
      valueLosses.push(F.smoothL1Loss(value, ret.view(1)));
    }
    optimizer.zeroGrad();
    const loss = stack(policyLosses).sum().add(stack(valueLosses).sum());
    loss.backward();
    optimizer.step();
    losses.push(loss);
    lengths.push(model.rewards.length);
    await loss.item();
    model.rewards.length = 0;
    model.savedActions.length = 0;
  }
  await ref.check("lengths", lengths);
  await ref.check("ac_losses", losses, 1e-3);
  await ref.checkState("ac1", model.stateDict(), 1e-3);

  manualSeed(7);
  const agent = new Agent(3, 2);
  await ref.checkState("ppo0", agent.stateDict(), 1e-6);
  const adam = new Adam(agent.parameters(), { lr: 3e-3, eps: 1e-5 });
  const [N, MB] = [64, 16];
  const [pg, vls, ents, kls, totals]: [Tensor[], Tensor[], Tensor[], Tensor[], Tensor[]] = [
    [],
    [],
    [],
    [],
    [],
  ];
  let _updates = 0;
  for (let update = 0; update < 3; update++) {
    const obs = randn([N, 3]);
    const dones = await rand([N]).lt(0.1).data();
    const { act, oldLogp, value, rewards } = noGrad(() => {
      const [act, oldLogp, , v] = agent(obs);
      return {
        act,
        oldLogp,
        value: v.flatten(),
        rewards: act
          .sub(obs.at(slice(null), slice(2)))
          .pow(2)
          .sum(1)
          .neg(),
      };
    });
    const [r, v] = [await rewards.data(), await value.data()];
    const advantages = new Float32Array(N);
    for (let t = N - 1, last = 0; t >= 0; t--) {
      const next = t < N - 1 ? 1 - (dones[t] as number) : 1;
      const delta = (r[t] as number) + 0.99 * (v[t + 1] ?? 0) * next - (v[t] as number);
      advantages[t] = last = delta + 0.99 * 0.95 * next * last;
    }
    const adv = tensor(advantages);
    const ret = adv.add(value);
    for (let epoch = 0; epoch < 3; epoch++) {
      const perm = randperm(N);
      for (let s = 0; s < N; s += MB) {
        const mb = perm.at(slice(s, s + MB));
        const [, newLogp, entropy, newV] = agent(obs.at(mb), act.at(mb));
        const logratio = newLogp.sub(oldLogp.at(mb));
        const ratio = logratio.exp();
        noGrad(() => kls.push(ratio.sub(1).sub(logratio).mean()));
        let a = adv.at(mb);
        a = a.sub(a.mean()).div(a.std().add(1e-8));
        const pgLoss = max(a.neg().mul(ratio), a.neg().mul(clamp(ratio, 0.8, 1.2))).mean();
        const newValue = newV.view(-1);
        const unclipped = newValue.sub(ret.at(mb)).pow(2);
        const clipped = value.at(mb).add(newValue.sub(value.at(mb)).clamp(-0.2, 0.2));
        const vLoss = max(unclipped, clipped.sub(ret.at(mb)).pow(2))
          .mean()
          .mul(0.5);
        const entropyLoss = entropy.mean();
        const loss = pgLoss.sub(entropyLoss.mul(0.01)).add(vLoss.mul(0.5));
        adam.zeroGrad();
        loss.backward();
        clipGradNorm_(agent.parameters(), 0.5);
        adam.step();
        pg.push(pgLoss);
        vls.push(vLoss);
        ents.push(entropyLoss);
        totals.push(loss);
        _updates++;
      }
    }
  }
  await totals?.at(-1)?.item();
  for (const [key, values] of Object.entries({ pg, vls, ents, kls, totals }))
    await ref.check(key, values, 1e-3);
  await ref.checkState("ppo1", agent.stateDict(), 1e-3);
});

import { rand, type Shape, special, type Tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { TINY } from "./constants.ts";
import { positive, real } from "./constraints.ts";
import {
  broadcast,
  constrained,
  Distribution,
  type DistributionOptions,
  type Parameter,
} from "./distribution.ts";

/** Proposals per draw. Each is accepted with probability > 0.65. */
const PROPOSALS = 24;

/** Von Mises distribution of angles: log p = κ cos(x − μ) − log 2π I₀(κ). */
export class VonMises extends Distribution {
  declare readonly loc: Tensor;
  declare readonly concentration: Tensor;

  constructor(loc: Parameter, concentration: Parameter, options: DistributionOptions = {}) {
    checkCall(
      "new VonMises(loc: tensor | number, concentration: tensor | number, { validateArgs: boolean })",
      arguments,
    );
    const { shape, ...given } = broadcast("VonMises", { loc, concentration });
    const rules = { loc: real, concentration: positive };
    const parameters = constrained("VonMises", given, rules, options);
    const validateArgs = options.validateArgs ?? true;
    super({ batchShape: shape, support: real, validateArgs, parameters });
  }
  override get hasRsample(): boolean {
    return false;
  }
  override get mean(): Tensor {
    return this.loc;
  }
  override get mode(): Tensor {
    return this.loc;
  }
  /** Circular variance 1 − I₁(κ)/I₀(κ). */
  override get variance(): Tensor {
    return special.i1e(this.concentration).div(special.i0e(this.concentration)).neg().add(1);
  }
  protected density(value: Tensor): Tensor {
    const k = this.concentration;
    const log = special.i0e(k).log().add(k);
    return k
      .mul(value.sub(this.loc).cos())
      .sub(log)
      .sub(Math.log(2 * Math.PI));
  }
  /** Rejection sampling (Best & Fisher 1979): the first accepted of several proposals. */
  protected draw(shape: Shape): Tensor {
    const like = { dtype: this.loc.dtype, device: this.loc } as const;
    const k = this.concentration.expand(shape);
    const tau = k.square().mul(4).add(1).sqrt().add(1);
    const rho = tau.sub(tau.mul(2).sqrt()).div(k.mul(2));
    const exact = rho.square().add(1).div(rho.mul(2));
    const r = where(k.lt(1e-3), k.reciprocal().add(k), exact);
    let found = k.mul(0);
    let done = k.lt(0);
    for (let i = 0; i < PROPOSALS; i++) {
      const [u1, u2, u3] = [rand(shape, like), rand(shape, like), rand(shape, like)];
      const z = u1.mul(Math.PI).cos();
      const f = r.mul(z).add(1).div(r.add(z)).clamp(-1, 1);
      const c = k.mul(r.sub(f));
      const sure = c.mul(c.neg().add(2)).sub(u2).gt(0);
      const likely = c.div(u2.clamp(TINY)).clamp(TINY).log().add(1).sub(c).ge(0);
      const good = sure.logicalOr(likely).logicalAnd(done.logicalNot());
      found = where(good, u3.sub(0.5).sign().mul(f.acos()), found);
      done = done.logicalOr(sure).logicalOr(likely);
    }
    const turned = found
      .add(Math.PI)
      .add(this.loc)
      .remainder(2 * Math.PI);
    return turned.sub(Math.PI);
  }
}

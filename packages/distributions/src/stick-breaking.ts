import { arange, cat, logsigmoid, type Shape, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { TINY } from "./constants.ts";
import { simplex } from "./constraints.ts";
import { Distribution, type DistributionOptions, type Parameter } from "./distribution.ts";
import { Normal } from "./location-scale.ts";
import { Transform } from "./transforms.ts";

/** n, n − 1, …, 1 */
const countdown = (n: number, like: Tensor): Tensor => arange(n).to(like.dtype).neg().add(n);

/**
 * Maps [n] numbers to [n + 1] probabilities: yᵢ = zᵢ Π (1 − zⱼ), j < i, with z = σ(x − log(n − i)).
 */
export class StickBreakingTransform extends Transform {
  constructor() {
    checkCall("new StickBreakingTransform()", arguments);
    super();
  }
  override get eventDim(): number {
    return 1;
  }
  forward(x: Tensor): Tensor {
    const n = x.shape.at(-1) as number;
    const z = x.sub(countdown(n, x).log()).sigmoid();
    const rest = z.neg().add(1).cumprod(-1);
    const one = z.narrow(-1, 0, 1).mul(0).add(1);
    return cat([z, one], -1).mul(cat([one, rest], -1));
  }
  protected inverse(y: Tensor): Tensor {
    const n = (y.shape.at(-1) as number) - 1;
    const head = y.narrow(-1, 0, n);
    const rest = head.cumsum(-1).neg().add(1).clamp(TINY);
    return head.log().sub(rest.log()).add(countdown(n, y).log());
  }
  protected stretch(x: Tensor, y: Tensor): Tensor {
    const n = x.shape.at(-1) as number;
    const shifted = x.sub(countdown(n, x).log());
    return logsigmoid(shifted)
      .sub(shifted)
      .add(y.narrow(-1, 0, n).log())
      .sum(-1);
  }
}

/** Probabilities that `StickBreakingTransform` makes from normal vectors of the last dimension. */
export class LogisticNormal extends Distribution {
  declare readonly loc: Tensor;
  declare readonly scale: Tensor;

  constructor(loc: Parameter, scale: Parameter, options: DistributionOptions = {}) {
    checkCall(
      "new LogisticNormal(loc: tensor | number, scale: tensor | number, { validateArgs: boolean })",
      arguments,
    );
    const base = new Normal(loc, scale, options);
    const row = base.batchShape.length === 0 ? base.expand([1]) : base;
    super({
      batchShape: row.batchShape.slice(0, -1),
      eventShape: [(row.batchShape.at(-1) as number) + 1],
      support: simplex,
      validateArgs: options.validateArgs ?? true,
      parameters: { loc: row.loc, scale: row.scale },
    });
  }
  private get base(): Normal {
    return new Normal(this.loc, this.scale, { validateArgs: false });
  }
  protected draw(shape: Shape): Tensor {
    const sample = shape.slice(0, shape.length - this.batchShape.length - 1);
    return new StickBreakingTransform()(this.base.rsample(sample));
  }
  protected density(value: Tensor): Tensor {
    const transform = new StickBreakingTransform();
    const x = transform.inv(value);
    const stretch = transform.logAbsDetJacobian(x, value);
    return this.base.logProb(x).sum(-1).sub(stretch);
  }
}

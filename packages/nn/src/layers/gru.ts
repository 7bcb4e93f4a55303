import { chunk, linear, type Tensor } from "@wgrad/autograd";
import { Recurrent, type RecurrentOptions, type SequenceOptions, type Step } from "./recurrent.ts";

/**
 * One step.  r, z from σ of both contributions, n = tanh(x Wᵢₙᵀ + bᵢₙ + r ⊙ (h Wₕₙᵀ + bₕₙ)), h' = (1 − z) ⊙ n + z ⊙ h
 */
export const gruStep: Step = (x, [before], { weightHh, biasHh }) => {
  const h = before as Tensor;
  const [xr, xz, xn] = chunk(x, 3, -1) as [Tensor, Tensor, Tensor];
  const [hr, hz, hn] = chunk(linear(h, weightHh, biasHh), 3, -1) as [Tensor, Tensor, Tensor];
  const r = xr.add(hr).sigmoid();
  const z = xz.add(hz).sigmoid();
  const n = xn.add(r.mul(hn)).tanh();
  return [n.add(z.mul(h.sub(n)))];
};

/**
 * Gated recurrent unit.  r = σ(x Wᵢᵣᵀ + h Wₕᵣᵀ), z = σ(x Wᵢ_zᵀ + h Wₕ_zᵀ), n = tanh(x Wᵢₙᵀ + r ⊙ (h Wₕₙᵀ)), with biases,
 * h' = (1 − z) ⊙ n + z ⊙ h.  x: [T, B, I] ([B, T, I] batch first, [T, I] without a batch); h: [layers·directions, B, H], zeros
 * unless given → [output [T, B, directions·H], h at the end].  Cho et al. 2014.
 */
export class GRU extends Recurrent<
  [x: Tensor, h?: Tensor | null, options?: SequenceOptions],
  [Tensor, Tensor]
> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(3, inputSize, hiddenSize, options);
  }

  forward(x: Tensor, h: Tensor | null = null, options: SequenceOptions = {}): [Tensor, Tensor] {
    const [out, [end]] = this.run(x, h === null ? null : [h], [this.hiddenSize], gruStep, options);
    return [out, end as Tensor];
  }
}

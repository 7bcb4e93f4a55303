import { chunk, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Cell } from "../functional/recurrence.ts";
import { PackedSequence } from "../utils/packed-sequence.ts";
import { Recurrent, type RecurrentOptions, type SequenceOptions } from "./recurrent.ts";

const split = (gates: Tensor): [Tensor, Tensor, Tensor] =>
  chunk(gates, 3, -1) as [Tensor, Tensor, Tensor];

interface Gates {
  readonly r: Tensor;
  readonly z: Tensor;
  readonly n: Tensor;
  readonly hn: Tensor;
}

function gatesOf(x: Tensor, h: Tensor): Gates {
  const [xr, xz, xn] = split(x);
  const [hr, hz, hn] = split(h);
  const r = xr.add(hr).sigmoid();
  return { r, z: xz.add(hz).sigmoid(), n: xn.add(r.mul(hn)).tanh(), hn };
}

/** d σ′, expressed by s = σ. */
const sigmoidDerivative = (d: Tensor, s: Tensor): Tensor => d.mul(s.sub(s.square()));

/**
 * One step: r, z = σ of the sums of both contributions, n = tanh(x Wᵢₙᵀ + bᵢₙ + r ⊙ (h Wₕₙᵀ +
 * bₕₙ)), h' = (1 − z) ⊙ n + z ⊙ h
 */
export const gruCell: Cell = {
  gates: 3,
  step(x, h, [before]) {
    const { z, n } = gatesOf(x, h);
    return { states: [n.add(z.mul((before as Tensor).sub(n)))], kept: [x, h] };
  },
  grad([d], [x, h], [before]) {
    const { r, z, n, hn } = gatesOf(x as Tensor, h as Tensor);
    const dn = d.sub(d.mul(z)).mul(n.square().mul(-1).add(1));
    const dz = sigmoidDerivative(d.mul((before as Tensor).sub(n)), z);
    return { gates: [dn, sigmoidDerivative(dn.mul(hn), r), dz, dn.mul(r)], states: [d.mul(z)] };
  },
};

/** The calls of a GRU: with a packed sequence or a tensor. */
export interface GRU {
  (x: PackedSequence, h?: Tensor | null): [PackedSequence, Tensor];
  (x: Tensor, h?: Tensor | null, options?: SequenceOptions): [Tensor, Tensor];
}
/**
 * Gated recurrent unit.  r = σ(x Wᵢᵣᵀ + h Wₕᵣᵀ), z = σ(x Wᵢ_zᵀ + h Wₕ_zᵀ), n = tanh(x Wᵢₙᵀ + r ⊙ (h
 * Wₕₙᵀ)), with biases, h' = (1 − z) ⊙ n + z ⊙ h.  x: [T, B, I] ([B, T, I] with `batchFirst`, [T, I]
 * without a batch); h: [layers·directions, B, H], default zeros → [output [T, B, directions·H], h
 * after the last step].  Cho et al. 2014.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: adds an overload of the call, as every module does
export class GRU extends Recurrent<
  [x: Tensor, h?: Tensor | null, options?: SequenceOptions],
  [Tensor, Tensor]
> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    checkCall(
      "new GRU(inputSize: number, hiddenSize: number, { numLayers: number, bias: boolean, batchFirst: boolean, dropout: number, bidirectional: boolean })",
      arguments,
    );
    super(3, inputSize, hiddenSize, options);
  }

  forward(x: PackedSequence, h?: Tensor | null): [PackedSequence, Tensor];
  forward(x: Tensor, h?: Tensor | null, options?: SequenceOptions): [Tensor, Tensor];
  forward(
    x: Tensor | PackedSequence,
    h: Tensor | null = null,
    options: SequenceOptions = {},
  ): [Tensor | PackedSequence, Tensor] {
    checkCall("gru(x: any, h?, { lengths })", arguments);
    if (x instanceof PackedSequence)
      return this.packed(x, (padded, own) => this.forward(padded, h, own));
    const [out, [end]] = this.run(x, h === null ? null : [h], [this.hiddenSize], gruCell, options);
    return [out, end as Tensor];
  }
}

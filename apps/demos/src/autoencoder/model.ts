import type { Tensor } from "@wgrad/autograd";
import { GELU, Linear, Module, Sequential } from "@wgrad/nn";

/** x → a few numbers → x again. `sizes`: inputs, hidden units, code. [B, inputs] → [B, inputs]. */
export class Autoencoder extends Module {
  encoder: Sequential;
  decoder: Sequential;

  constructor([inputs, hidden, code]: readonly [number, number, number]) {
    super();
    this.encoder = new Sequential(new Linear(inputs, hidden), new GELU(), new Linear(hidden, code));
    this.decoder = new Sequential(new Linear(code, hidden), new GELU(), new Linear(hidden, inputs));
  }

  override forward(x: Tensor): Tensor {
    return this.decoder(this.encoder(x));
  }
}

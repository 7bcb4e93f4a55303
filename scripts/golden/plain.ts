import { WgradError } from "@wgrad/autograd";
import { Module } from "@wgrad/nn";

/** PyTorch's `nn.Module()`: a module without a forward, whose fields a program sets. */
export class Plain extends Module<[], never> {
  /** Keys are the names of the fields, unchanged. */
  override stateKey(field: string): string {
    return field;
  }

  override forward(): never {
    throw new WgradError("this module has no forward");
  }
}

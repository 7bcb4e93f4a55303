import { WgradError } from "@wgrad/autograd";
import { Module } from "@wgrad/nn";

/** PyTorch's `nn.Module()`: a module without a computation, whose fields a program fills. */
export class Plain extends Module<[], never> {
  /** The keys are the fields' names, letter for letter. */
  override stateKey(field: string): string {
    return field;
  }

  override forward(): never {
    throw new WgradError("this module has no computation");
  }
}

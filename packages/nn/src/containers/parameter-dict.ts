import { ArgumentError, Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type Parameter, parameter } from "../parameter.ts";
import { Dict, entriesOf } from "./dict.ts";

/**
 * Parameters under names, in order of insertion, with the methods of a Map. Tensors become
 * parameters. It has no `forward`.
 */
export class ParameterDict extends Dict<Parameter, Tensor> {
  /**
   * Takes an object or pairs. JavaScript moves integer keys to the front of an object, so an object
   * that mixes them with other keys is refused.
   */
  constructor(
    tensors: Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]> = {},
  ) {
    checkCall("new ParameterDict(tensors?: object | iterable)", arguments);
    super();
    for (const [key, tensor] of entriesOf("ParameterDict", tensors)) this.set(key, tensor);
  }

  protected get holds(): string {
    return "tensor";
  }

  protected accept(item: unknown): Parameter | null {
    return item instanceof Tensor ? parameter(item) : null;
  }

  forward(): never {
    throw new ArgumentError(
      "ParameterDict: has no forward of its own\n  hint: x.matmul(dict.get(key))",
    );
  }

  override extraRepr(): string {
    const lines = this.entries().map(
      ([key, { dtype, shape }]) =>
        `  (${key}): Parameter containing: [${dtype} of size ${shape.join("x")}]`,
    );
    return lines.join("\n");
  }
}

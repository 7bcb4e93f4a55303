import { ArgumentError, Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { type Parameter, parameter } from "../parameter.ts";
import { ItemList } from "./item-list.ts";

/**
 * A list of parameters under the keys 0, 1, 2, …. Tensors become parameters. It has no `forward`.
 */
export class ParameterList extends ItemList<Parameter, Tensor, never[], never> {
  constructor(tensors: Iterable<Tensor> = []) {
    checkCall("new ParameterList(tensors?: iterable)", arguments);
    super();
    this.extend(tensors);
  }

  /**
   * A list of the same parameters from `start` up to, but not including, `end`. Negative indices
   * count from the end.
   */
  slice(start?: number, end?: number): ParameterList {
    checkCall("list.slice(start?: number, end?: number)", arguments);
    return new ParameterList([...this].slice(start, end));
  }

  protected override accept(item: unknown): Parameter | null {
    return item instanceof Tensor ? parameter(item) : null;
  }

  forward(): never {
    throw new ArgumentError(
      "ParameterList: has no forward of its own\n  hint: for (const weight of list) x = x.matmul(weight)",
    );
  }

  override extraRepr(): string {
    const lines = [...this].map(
      ({ dtype, shape }, i) =>
        `  (${i}): Parameter containing: [${dtype} of size ${shape.join("x")}]`,
    );
    return lines.join("\n");
  }
}

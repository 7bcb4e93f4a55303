import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";

/** Parameters in a row under the keys 0, 1, 2, …; tensors given become parameters. It has no `forward` of its own. */
export class ParameterList extends Module<never[], never> {
  constructor(tensors: Iterable<Tensor> = []) {
    super();
    for (const tensor of tensors) this.append(tensor);
  }

  /** How many there are. */
  get length(): number {
    return Object.keys(this).length;
  }

  /** The parameter at `index`, from the end if negative. */
  at(index: number): Parameter | undefined {
    return [...this].at(index);
  }

  /** Adds a parameter at the end. */
  append(tensor: Tensor): this {
    (this as unknown as Record<string, Parameter>)[this.length] = parameter(tensor);
    return this;
  }

  *[Symbol.iterator](): Generator<Parameter> {
    yield* Object.values(this) as Parameter[];
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

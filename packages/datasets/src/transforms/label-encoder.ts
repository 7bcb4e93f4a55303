import { type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Column } from "../table/table.ts";
import { categoriesOf, numbersOf, unknownCategory } from "./categories.ts";
import type { Value } from "./columns.ts";
import { Fitted } from "./transform.ts";

interface State {
  readonly classes: readonly Value[];
}

/**
 * Numbers the classes of a target from 0 in sorted order: labels → [rows], i32, for `crossEntropy`.
 *
 * `transform` throws DataError for a class that `fit` did not see.
 */
export class LabelEncoder extends Fitted<object, State> {
  readonly type = "LabelEncoder";

  constructor(options: object = {}) {
    checkCall("new LabelEncoder({  })", arguments);
    super(options);
  }

  /** The classes, in order. */
  get classes(): readonly Value[] {
    return this.learned("classes").classes;
  }

  fit(labels: Column | readonly Value[]): this {
    checkCall("encoder.fit(labels: any)", arguments);
    return this.learn({ classes: categoriesOf(labels) });
  }

  transform(labels: Column | readonly Value[]): Tensor {
    checkCall("encoder.transform(labels: any)", arguments);
    const { classes } = this.learned("transform");
    const known = numbersOf(classes);
    const numbers = Array.from<Value, number>(labels, (label, i) => {
      const number = known.get(label);
      if (number !== undefined) return number;
      const hint = "fit on labels with every class";
      throw unknownCategory("LabelEncoder.transform", `row ${i + 1}`, label, classes, hint);
    });
    return tensor(numbers, { dtype: "i32" });
  }

  /** Classes of numbers, such as a model's `argmax`. Throws DataError for an invalid number. */
  async inverseTransform(numbers: Tensor | ArrayLike<number>): Promise<Value[]> {
    checkCall("encoder.inverseTransform(numbers: any)", arguments);
    const { classes } = this.learned("inverseTransform");
    const data = "dtype" in numbers ? await (numbers as Tensor).data() : numbers;
    return Array.from(data, (number, i) => {
      const found = classes[number];
      if (found !== undefined) return found;
      const all = [...classes.keys()];
      const hint = "pass numbers that transform returned";
      throw unknownCategory("LabelEncoder.inverseTransform", `row ${i + 1}`, number, all, hint);
    });
  }
}

import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Labels } from "../splits/stratify.ts";
import type { Table } from "../table/table.ts";
import { fitChain, passChain } from "./chain.ts";
import type { SavedTransform, Transform } from "./transform.ts";

/** A step that can be inverted on tensors. */
interface Invertible {
  inverseTransform(z: Tensor): Tensor;
}

/**
 * Applies transforms one after another; each is fitted on the output of the previous ones. Takes
 * tables (if the first step does) or tensors, and returns [rows, features].
 *
 * ```ts
 * const pipeline = new Pipeline([new SimpleImputer({ strategy: "median" }), new StandardScaler()]);
 * const x = await pipeline.fitTransform(table.select(["beds", "sqft"]));
 * const saved = JSON.stringify(await pipeline.save());
 * const loaded = loadTransform(JSON.parse(saved));
 * ```
 */
export class Pipeline implements Transform<"table", "tensor"> {
  readonly type = "Pipeline";
  readonly takes = "table";
  readonly gives = "tensor";
  readonly steps: readonly Transform[];

  constructor(steps: readonly Transform[]) {
    checkCall("new Pipeline(steps: array)", arguments);
    if (steps.length === 0) throw new ArgumentError("Pipeline: there are no steps");
    this.steps = [...steps];
  }

  /** Fits the steps in order. If one throws, the previous ones stay fitted. */
  async fit(x: Table | Tensor, y?: Labels | Tensor): Promise<this> {
    checkCall("pipeline.fit(x: tensor | table, y?)", arguments);
    await fitChain("Pipeline.fit", this.steps, x, y);
    return this;
  }

  transform(x: Table | Tensor): Tensor {
    checkCall("pipeline.transform(x: tensor | table)", arguments);
    return passChain("Pipeline.transform", this.steps, x);
  }

  /** `fit(x, y)`, then `transform(x)`. */
  async fitTransform(x: Table | Tensor, y?: Labels | Tensor): Promise<Tensor> {
    checkCall("pipeline.fitTransform(x: tensor | table, y?)", arguments);
    return (await this.fit(x, y)).transform(x);
  }

  /**
   * Inverts the steps in reverse order. Throws ArgumentError if a step cannot be inverted on
   * tensors.
   */
  inverseTransform(z: Tensor): Tensor {
    checkCall("pipeline.inverseTransform(z: tensor)", arguments);
    return this.steps.reduceRight((value, step) => {
      const undoes = step.takes === "tensor" && "inverseTransform" in step;
      if (undoes) return (step as unknown as Invertible).inverseTransform(value);
      throw new ArgumentError(`Pipeline.inverseTransform: ${step.type} cannot be inverted`);
    }, z);
  }

  async save(): Promise<SavedTransform> {
    if (arguments.length > 0) checkCall("pipeline.save()", arguments);
    const steps = await Promise.all(this.steps.map((step) => step.save()));
    return { type: "Pipeline", options: { steps }, state: null };
  }
}

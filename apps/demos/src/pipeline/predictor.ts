import type { PredictorPipeline } from "@wgrad/classic";
import type { Table } from "@wgrad/datasets";
import { type House, tableOf } from "./houses.ts";

/** Everything between a house and its price. */
export class Predictor {
  readonly pipeline: PredictorPipeline;

  constructor(pipeline: PredictorPipeline) {
    this.pipeline = pipeline;
  }

  /** The prices of the rows of a table, in dollars. */
  async prices(table: Table): Promise<number[]> {
    return [...(await (await this.pipeline.predict(table)).data())];
  }

  /** The prices of houses. Rows are filled up to a power of two, so that few shapes ever occur. */
  async predict(houses: readonly House[]): Promise<number[]> {
    const room = 2 ** Math.ceil(Math.log2(Math.max(1, houses.length)));
    const last = houses.at(-1) as House;
    const filled = Array.from({ length: room }, (_, i) => houses[i] ?? last);
    return (await this.prices(tableOf(filled))).slice(0, houses.length);
  }
}

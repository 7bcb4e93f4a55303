import type { Tensor } from "@wgrad/autograd";
import { ColumnTransformer, OneHotEncoder } from "@wgrad/datasets";
import { loadSacramento } from "@wgrad/datasets/data";
import { holdOut } from "../shared/hold-out.ts";

/** Houses and what they sold for, in dollars. */
export interface Houses {
  /** [rows, features] */
  readonly x: Tensor;
  readonly prices: Float32Array;
}

export interface Sales {
  readonly train: Houses;
  readonly test: Houses;
  readonly features: readonly string[];
}

/** 932 sales near Sacramento, a fifth held out; each kind of house is a column. */
export async function sales(): Promise<Sales> {
  const houses = await loadSacramento();
  const columns = new ColumnTransformer([
    { columns: ["beds", "baths", "sqft", "latitude", "longitude"], steps: [] },
    { columns: ["type"], steps: [new OneHotEncoder()] },
  ]);
  const x = await columns.fitTransform(houses.table);
  const { xTrain, xTest, yTrain, yTest } = await holdOut(x, houses.y());
  const pricesOf = async (y: Tensor): Promise<Float32Array> => Float32Array.from(await y.data());
  return {
    train: { x: xTrain, prices: await pricesOf(yTrain) },
    test: { x: xTest, prices: await pricesOf(yTest) },
    features: columns.featureNames,
  };
}

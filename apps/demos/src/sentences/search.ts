import { noGrad, type Tensor } from "@wgrad/autograd";
import type { Part } from "./data.ts";

/** A row that was found, and how near it is: the cosine. */
export interface Near {
  readonly row: number;
  readonly cosine: number;
}

/** The `count` rows that are nearest to each query; rows and queries have length 1. */
export async function nearest(queries: Tensor, rows: Tensor, count: number): Promise<Near[][]> {
  const { values, indices } = noGrad(() => queries.matmul(rows.t()).topk(count));
  const [cosines, places] = await Promise.all([values.data(), indices.data()]);
  return Array.from({ length: queries.shape[0] as number }, (_, i) =>
    Array.from({ length: count }, (_, k) => ({
      row: places[i * count + k] as number,
      cosine: cosines[i * count + k] as number,
    })),
  );
}

/** Of the five nearest of every sentence asked about, the share that is from a site of the same kind. */
export async function sameKind(
  asked: Part,
  queries: Tensor,
  known: Part,
  rows: Tensor,
): Promise<number> {
  const found = await nearest(queries, rows, 5);
  const shares = found.map(
    (near, i) => near.filter(({ row }) => known.sites[row] === asked.sites[i]).length / near.length,
  );
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** The cosines of rows with one another. */
export async function cosinesOf(rows: Tensor): Promise<number[][]> {
  return (await noGrad(() => rows.matmul(rows.t())).tolist()) as number[][];
}

import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "{train} digits of 8×8 dots to learn from, {test} to be told":
    "用 {train} 个 8×8 点的数字学习，{test} 个用来测试",
  "A filter of 3×3 weights is learned once and used at every place: the convolutional network need not learn an edge again for every dot where it may be.":
    "3×3 权重的卷积核只学一次，用在每个位置：卷积网络不必为每个可能出现边缘的点重新学习。",
};

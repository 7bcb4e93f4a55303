import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "100 steps are too few to learn it well, and luck decides: ten seeds gave 81 to 92 right of 100.":
    "100 步学不好，要看运气：十个种子每百个答对 81 到 92 个。",
  "MNIST: {train} digits of 28×28 dots to learn from, {test} to be told":
    "MNIST：用 {train} 个 28×28 点的数字学习，{test} 个用来测试",
  "always the same digit": "总是同一个数字",
  "nearest mean picture": "最近的平均图",
  "convolutional network": "卷积网络",
};

import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "1. One table, turned by CosineEmbeddingLoss": "1. 一张表，用 CosineEmbeddingLoss 转动",
  "2. Two tables, skip-gram with negative samples": "2. 两张表，带负采样的 skip-gram",
  "40 steps are too few for words to find their neighbours.": "40 步太少，词还找不到近邻。",
  "Moby-Dick and 233 speeches to Congress: {length} words, {size} different ones that occur {minCount} times or more.":
    "《白鲸》和 233 篇国会演讲：{length} 个词，其中 {size} 个不同的词出现 {minCount} 次以上。",
  pair: "词对",
  cosine: "余弦",
  "with unrelated words": "与无关词",
  "{above} of {length}": "{length} 对中的 {above} 对",
  "pairs above the mean of unrelated": "高于无关词平均值的词对",
  "comparisons won": "比较中获胜",
  before: "之前",
  after: "之后",
  "  {padEnd} is near {near}": "  与 {padEnd} 相近的是 {near}",
};

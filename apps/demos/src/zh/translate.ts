import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "it translates hardly anything yet: BLEU stays near 0.": "它几乎还译不了什么：BLEU 一直接近 0。",
  "{known} messages of a compiler in English and Chinese, {held} held out":
    "编译器的 {known} 条中英文消息，留出 {held} 条",
  "perplexity of the held-out translations: {perplexity}": "留出译文上的困惑度：{perplexity}",
  "  ours:      {ours}": "  我们的：{ours}",
  "  reference: {zh}": "  参考：  {zh}",
  "Looking up the most similar known sentence is nearly as good here: the messages of a compiler repeat themselves. Which hundred are held out moves every line by several points.":
    "在这里，查找最相近的已知句子几乎同样好：编译器的消息常常重复。留出哪一百条，会使每一行都变化好几分。",
};

import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "Words that stand among the same words get vectors that point the same way.":
    "出现在相同的词之间的词，会得到指向相同方向的向量。",
  "Ask for “captain”, then for “whale”, while it trains.": "训练时先问 “captain”，再问 “whale”。",
  "At first the neighbours are frequent words, later words from the same scenes.":
    "起初近邻是常见词，后来是同样场景里的词。",
  "Add the speeches to the novel.": "在小说之外加上演讲。",
  "Words of politics form an island of their own.": "政治词汇自成一座岛。",
  "A very small learning rate.": "非常小的学习率。",
  "The map hardly moves: neighbours stay nearly at random.": "图几乎不动：近邻差不多还是随机的。",
  "the novel": "小说",
  "233 speeches": "233 篇演讲",
  "Each word has a list of numbers, at random at first. Words that stand near each other in the text are turned towards each other, others apart; no one says what a word means.":
    "每个词有一串数，起初是随机的。在文本中彼此相邻的词转向一起，其他的转开；没有人说明词的含义。",
  "Ask about a word of the book, a whale or a captain, and watch who gathers around it. The map shows frequent words along the two directions in which they differ most.":
    "问书中的一个词，比如 whale（鲸）或 captain（船长），看谁聚到它周围。图中画出常见词差异最大的两个方向。",
  "A map of words, and who is near": "词的分布图，以及谁离谁近",
  "one table, cosine loss": "一张表，余弦损失",
  "two tables, skip-gram": "两张表，skip-gram",
  Text: "文本",
  "Moby-Dick and 233 speeches to Congress": "《白鲸》和 233 篇国会演讲",
  "Numbers a word": "每个词的数字个数",
  "Loss of the batch": "这一批的损失",
  "Known pairs told apart": "能辨认出的已知词对",
  "vectors of words by two losses, asked for what people know about words":
    "用两种损失学习词向量，并用人们对词的了解来检验",
  "The nearest words": "最近的词",
  "Ask about a word": "查询一个词",
  "Frequent words on a map of their vectors": "常见词按词向量的分布图",
  "“{asked}” is not in the text, or too seldom.": "“{asked}”不在文本中，或出现得太少。",
};

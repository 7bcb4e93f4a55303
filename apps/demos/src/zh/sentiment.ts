import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "100 sentences are too few to judge others, so it is asked about those that it has learned.":
    "100 个句子太少，判断不了别的句子，所以就问它学过的那些。",
  "{length} sentences from reviews, in three folds: two teach, one tests":
    "{length} 个评论句子，分三折：两折学习，一折测试",
  "tf-idf + logistic regression": "tf-idf + 逻辑回归",
  "with C = 3": "取 C = 3",
  "fold {k}": "第 {k} 折",
  "held-out sentences, and the chance that each is praise:": "留出的句子，以及每句是好评的概率：",
  "A bag of words, which knows no order, is as good here: 2,000 sentences teach words, hardly order.":
    "不看词序的词袋在这里同样好：2,000 个句子教得会词，几乎教不会词序。",
};

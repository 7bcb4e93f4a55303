import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "A sentence is {numbers} numbers: near where it means the same":
    "一个句子就是 {numbers} 个数：意思相同就相近",
  "cosine with": "与各句的余弦",
  "Search in {length} sentences of reviews": "在 {length} 个评论句子中搜索",
  "  by words: {texts}": "  按词：{texts}",
  "Products, films or restaurants? Of the five sentences that are nearest to one asked about, so many are of its kind:":
    "商品、电影还是餐馆？与所问句子最近的五句中，同类的比例：",
  "of 100": "每百个",
  "Praise or complaint, learned from a few labels": "好评还是差评，从少量标签学习",
  labels: "标签数",
  "sentence vectors": "句子向量",
  "tf-idf": "tf-idf（词频）",
  "Logistic regression learns from both. Words that no label has come with say nothing; a vector knows what they are near to.":
    "两者都用逻辑回归学习。没有标签出现过的词说明不了什么；向量却知道它们与什么相近。",
};

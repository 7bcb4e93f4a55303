import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "About four of five unseen sentences are judged rightly; a single “not” is what it misses most.":
    "五个未见过的句子大约能判对四个；最常漏掉的是一个单独的 “not”。",
  "Write “The food was not good.”": "写 “The food was not good.”（食物不好）。",
  "“good” pulls to praise, and “not” may be too weak to turn it.":
    "“good” 往好评拉，“not” 可能太弱，扭转不了。",
  "No words left out while learning.": "学习时一个词也不丢。",
  "The training loss falls faster; the accuracy on unseen sentences does not gain.":
    "训练损失降得更快，未见过的句子上的准确率却没有提高。",
  "Put the strongest word last, then first.": "把最强的词放在最后，再放到最前。",
  "The verdict is nearly the same: what a feature has seen at its strongest counts.":
    "判断几乎一样：起作用的是每个特征见过的最强值。",
  "The LSTM's state, word by word": "LSTM 的状态，逐词显示",
  "not in its vocabulary": "不在词表中",
  "praise so far": "到此为止的好评概率",
  "feature {k}": "特征 {k}",
  "Write a sentence about a product, a film or a meal. An LSTM reads it word by word; the top row of the table says how likely it would take it for praise if it ended there, and the rows below are its state: blue above zero, red below. The answer is drawn from the strongest value of each row, framed.":
    "写一个关于商品、电影或饭菜的句子（英文）。LSTM 逐词阅读；表的首行表示若句子到此为止，它认为是好评的概率，下面各行是它的状态：蓝色大于零，红色小于零。答案取自每行的最强值（带框）。",
  "It learns from 2,000 sentences of reviews, so it knows few words: those it does not know are struck through.":
    "它从评论中的 2,000 个句子学习，所以认识的词不多：不认识的词加了删除线。",
  "A sentence, and what is in mind after each word": "一个句子，以及每个词之后网络的状态",
  Features: "特征数",
  "Words left out while learning": "学习时丢掉的词",
  "Epochs: passes through the sentences": "轮数：遍历句子的次数",
  "the same in three folds, beside a bag of words that knows no order and is as good":
    "同样的内容分三折进行，并与不看词序、效果相当的词袋比较",
  "A sentence to judge": "要判断的句子",
  "Another unseen sentence": "换一个未见过的句子",
  "Sentences that it does not learn from: the chance that each is praise":
    "不用于学习的句子：每个句子是好评的概率",
  "Write a sentence.": "请写一个句子。",
  "No word that it can read: it knows English in Latin letters.":
    "没有它能读的词：它只认识用拉丁字母写的英文。",
  "It does not know any of these words, and could only guess.": "这些词它都不认识，只能瞎猜。",
};

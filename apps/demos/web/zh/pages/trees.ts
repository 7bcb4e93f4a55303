import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "A dozen questions explain more than half of the differences in price; many trees together explain more than one.":
    "十几个问题就解释了一半以上的价格差异；许多树合起来比一棵解释得更多。",
  "Let one tree grow 60 leaves.": "让一棵树长到 60 片叶。",
  "R² on what it learns from rises, on unseen houses it does not follow: it learns by heart.":
    "训练数据上的 R² 上升，未见过的房屋上却没有跟上：它在死记硬背。",
  "A forest of 200 trees.": "200 棵树的森林。",
  "R² on unseen houses is above that of one tree, and more trees never harm.":
    "未见过的房屋上的 R² 高于单棵树，而且树再多也无害。",
  "400 rounds of boosting.": "400 轮提升。",
  "The error on what it learns from goes on falling; that on unseen houses levels off.":
    "训练数据上的误差继续下降，未见过的房屋上的误差趋于平稳。",
  "{price}, {samples} houses": "{price}，{samples} 座房屋",
  "A tree of {leaves} leaves; its first question is {question}":
    "一棵有 {leaves} 片叶的树，第一个问题是 {question}",
  "932 houses near Sacramento. A tree asks one question after the other, always the one after which the prices on each side differ least; what it says of a house is the mean price of those that gave the same answers. Yes goes left.":
    "萨克拉门托附近的 932 座房屋。树一个接一个地提问，每次选分开后两边价格差异最小的问题；对一座房屋，它给出回答相同的那些房屋的平均价格。“是”向左。",
  "Let it grow 60 leaves: it explains more and more of what it has seen, and less of what it has not. Then try many trees: a forest, or boosting.":
    "让它长到 60 片叶：对见过的解释得越来越多，对没见过的越来越少。然后试试许多树：森林，或提升。",
  "What it asks, and what it says of houses it has not seen": "它问什么，以及对未见过的房屋怎么说",
  Model: "模型",
  "One tree": "一棵树",
  "A forest": "森林",
  Boosting: "提升",
  Leaves: "叶数",
  Trees: "树的数量",
  Rounds: "轮次",
  "Root mean squared error on what it learns from, in $1,000": "训练数据上的均方根误差，千美元",
  "Error, $1,000": "误差，千美元",
  "R² on houses it learns from": "训练房屋上的 R²",
  "a decision tree, a random forest and boosting, and what each feature is worth":
    "决策树、随机森林和提升，以及每个特征的作用",
  "What counts": "什么重要",
  "Houses held out, $1,000": "留出的房屋，千美元",
  "What each feature does for the model": "每个特征对模型的作用",
  "Predicted against real prices of houses held out": "留出房屋的预测价格与实际价格",
  "part of what is explained →": "在已解释部分中的占比 →",
  "real →": "实际 →",
  "↑ predicted": "↑ 预测",
};

import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "1. One tree, {SHALLOW} questions deep": "1. 一棵树，{SHALLOW} 层问题",
  '{length} houses near Sacramento. Of all questions "is this number at most so much?" the tree asks the one after which prices differ least on each side, and then the same of each side.':
    "萨克拉门托附近的 {length} 座房屋。在所有“这个数是否不大于某值？”的问题中，树选择分开后两边价格差异最小的那个，然后对每一边重复。",
  "2. How deep?": "2. 多深？",
  depth: "深度",
  "R², learned from": "R²，学习数据",
  "held out": "留出",
  "A tree without end knows every price by heart, and says little of a house it has not seen.":
    "没有尽头的树背下了每个价格，对没见过的房屋却说不出什么。",
  "3. Many trees": "3. 许多树",
  "A forest grows each tree on houses drawn anew, and says what its trees say on average: they err in different directions. Boosting grows small trees one after the other, each for what those before it got wrong.":
    "森林的每棵树都用重新抽取的房屋生长，并给出各树的平均：它们错的方向各不相同。提升则一棵接一棵地生长小树，每棵纠正前面的错误。",
  "R² held out": "留出的 R²",
  "Each tree of the forest has not seen a third of the houses: by those its R² is {oobScore}, without holding any out.":
    "森林的每棵树都有三分之一的房屋没见过：用它们算出的 R² 是 {oobScore}，不必留出任何数据。",
  "4. What counts?": "4. 什么重要？",
  feature: "特征",
  "of the forest's impurity": "森林不纯度的下降",
  "R² lost when shuffled (boosting)": "打乱后损失的 R²（提升）",
  "One tree, the line and boosting are scikit-learn's to four digits; forests differ by their draws.":
    "单棵树、直线和提升与 scikit-learn 的四位数字相同；森林因随机抽取而不同。",
};

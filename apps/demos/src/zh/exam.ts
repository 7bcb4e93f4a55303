import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "1. Five students: hours → pass, as the loss alone wants it":
    "1. 五个学生：小时 → 通过，只按损失的要求",
  "after {epochs} epochs the slope is {slope} an hour, after {more} it is {steeper}: no student contradicts the others, so a steeper curve always fits better and the loss has no minimum. Where training stops is what you get.":
    "{epochs} 轮之后斜率为每小时 {slope}，{more} 轮之后为 {steeper}：没有学生与其他学生矛盾，所以曲线越陡拟合得越好，损失没有最小值。训练停在哪里，就得到什么。",
  "2. The same with scikit-learn's penalty": "2. 同样的内容，加上 scikit-learn 的惩罚",
  "LogisticRegression() minimises ½ w² + C · Σ loss with C = 1: the weight is pulled back, the intercept is not. Divided by C n, that is our mean loss plus a weight decay of 1 / (C n) = {C}.":
    "LogisticRegression() 最小化 ½ w² + C · Σ 损失，C = 1：权重被拉回，截距不受影响。除以 C n，就是我们的平均损失加上 1 / (C n) = {C} 的权重衰减。",
  yes: "是",
  no: "否",
  hours: "小时",
  passed: "通过",
  "P without penalty": "无惩罚的 P",
  "P with penalty": "有惩罚的 P",
  "P(25) = {held} with the penalty, {free} without; slope {slope} and {steeper} (scikit-learn: 0.5653)":
    "P(25)：有惩罚时为 {held}，无惩罚时为 {free}；斜率 {slope} 和 {steeper}（scikit-learn：0.5653）",
  "{place}: {value}; expected 0 or 1": "{place}：{value}；应为 0 或 1",
  "  … and {length} more": "  ……还有 {length} 个",
  "accuracy {accuracy} % on {rows}": "准确率 {accuracy} %，{rows}",
  "{score} (weights penalised as scikit-learn's C = 1)":
    "{score}（权重的惩罚与 scikit-learn 的 C = 1 相同）",
};

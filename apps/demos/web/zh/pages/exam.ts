import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "About 25 hours make a pass as likely as not; how sharply the chance rises there is decided by the penalty.":
    "学习约 25 小时，通过与否各占一半；概率在那里上升得多陡，由惩罚项决定。",
  "Take the penalty away.": "去掉惩罚项。",
  "The curve gets steeper and steeper and never ends: no student contradicts the others.":
    "曲线越来越陡，没有尽头：没有学生与其他学生矛盾。",
  "A lot of penalty (C = 0.1).": "很强的惩罚 (C = 0.1)。",
  "The slope stays small, and the curve crosses one half in about the same place.":
    "斜率保持较小，曲线仍在差不多的位置穿过一半。",
  "Ask for 25 hours, then for 30.": "先问 25 小时，再问 30 小时。",
  "Near the middle an hour changes much, far from it hardly anything.":
    "在中点附近，一小时影响很大，远离中点则几乎没有影响。",
  "Five students, the hours they studied, and whether they passed. The curve says how likely a pass is after so many hours.":
    "五个学生、他们学习的小时数，以及是否通过。曲线表示学习这么多小时后通过的可能性。",
  "No student contradicts the others, so a steeper curve always fits better: without a penalty on the slope there is no end to it. With scikit-learn's penalty (C = 1) the curve settles, and crosses one half at 25 hours.":
    "没有学生与其他学生矛盾，所以曲线越陡拟合得越好：不对斜率加惩罚就没有尽头。用 scikit-learn 的惩罚 (C = 1)，曲线会稳定下来，并在 25 小时处穿过一半。",
  "Hours of study and the chance to pass": "学习小时数与通过的概率",
  "Penalty on the slope": "对斜率的惩罚",
  "a little (C = 10)": "轻 (C = 10)",
  "scikit-learn's (C = 1)": "scikit-learn 的默认值 (C = 1)",
  "a lot (C = 0.1)": "重 (C = 0.1)",
  "Loss: cross-entropy, and the penalty on the slope": "损失：交叉熵加上对斜率的惩罚",
  "Chance after 25 hours": "学习 25 小时后的概率",
  "Slope an hour": "每小时的斜率",
  "Cross-entropy alone": "仅交叉熵",
  "logistic regression, and why a penalty makes it have an answer":
    "逻辑回归，以及为什么有惩罚项才有解",
  "My hours": "我的学习时间",
  "Hours of study": "学习小时数",
  "pass, by {answer}": "通过的概率为 {answer}",
  "Five students and the curve of their chance to pass": "五个学生，以及通过概率的曲线",
  "hours of study →": "学习小时数 →",
  "↑ chance to pass": "↑ 通过的概率",
};

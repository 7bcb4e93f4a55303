import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "Without names: k-means and principal components": "没有名称：k-means 与主成分",
  inertia: "惯性",
  "Raw, the wine's proline (in hundreds) decides alone; scaled, every measure has its say.":
    "不缩放时，葡萄酒的脯氨酸（数值上百）独自决定结果；缩放之后，每项指标都有发言权。",
  "With names: neighbours and borders": "有名称：近邻与边界",
  "3 neighbours": "3 近邻",
  "LinearSVC finds scikit-learn's borders on raw measures, too: Newton's method takes measures of any size.":
    "在未缩放的指标上，LinearSVC 也能找到 scikit-learn 的边界：牛顿法不受指标尺度影响。",
};

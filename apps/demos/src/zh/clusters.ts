import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "Without names: k-means and principal components": "没有名称：k-means 与主成分",
  inertia: "惯性",
  "Raw, the wine's proline (in hundreds) decides alone; scaled, every measure has its say.":
    "不缩放时，葡萄酒的脯氨酸（数值上百）独自决定结果；缩放之后，每项指标都有发言权。",
  "With names: neighbours and borders": "有名称：近邻与边界",
  "3 neighbours": "3 近邻",
  "LinearSVC wants measures of one size: on the raw wine its rounds end before it has converged, and where they end is the seed's luck.":
    "LinearSVC 需要尺度相同的指标：在未缩放的葡萄酒数据上，它在收敛之前就用完了轮次，停在哪里要看种子的运气。",
};

import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "What has changed is seen in the columns themselves, before a single true price is known: then it is time to look, and to learn again.":
    "变化在各列数据中就能看出来，不必等知道一个真实价格：这时就该查看原因，并重新学习。",
  "Let all new houses come from the north.": "让新房屋全部来自北边。",
  "Latitude has drifted far past 0.25; other columns are on watch.":
    "纬度的漂移远超 0.25，其他列需要留意。",
  "Let none drift.": "让它们都不漂移。",
  "Every column is stable, though the houses are others: chance alone moves the index little.":
    "每一列都稳定，尽管房屋不同：仅凭偶然，指数变化很小。",
  "Compare a width of 4 with 32.": "比较宽度 4 和 32。",
  "R² on unseen houses hardly gains: what is missing is not width, but data.":
    "未见过的房屋上的 R² 几乎不增加：缺的不是宽度，而是数据。",
  "From a table to a price at work: missing numbers are filled, far-off ones brought back, all are scaled, kinds of house get a column each; then a network learns. What the test rows could tell is not known to any of these steps.":
    "从表格到可以使用的价格：缺失值填补，极端值拉回，全部缩放，房屋类型各成一列；然后由网络学习。这些步骤都不知道测试行的任何信息。",
  "Then new houses come in. Let them come from the north: the stability index of each column says that they are not like those that were learned (above 0.25 it has drifted), before anybody knows their prices.":
    "然后来了新房屋。让它们来自北边：每一列的稳定性指数会说明它们与学过的不同（超过 0.25 即为漂移），而这时还没有人知道它们的价格。",
  "Houses that come in (orange) and those that were learned, by place":
    "新来的房屋（橙色）与学过的房屋的位置",
  "Arriving from the north": "来自北边的比例",
  "Squared error of the batch, standardised": "这一批的平方误差（标准化后）",
  "Mean error, unseen, $1,000": "未见过的房屋的平均误差，千美元",
  "all ten steps, from the question to a server and its watch":
    "全部十步，从提出问题到服务器和监控",
  "How far each column has moved: population stability index":
    "每一列变化了多少：群体稳定性指数 (PSI)",
  "Houses that come in and those that were learned, on a map": "地图上新来的房屋与学过的房屋",
  "Population stability index of each column": "每一列的群体稳定性指数",
  "No column has drifted; the houses that come in are priced {error} thousand dollars off, on average.":
    "没有一列漂移；新来房屋的价格平均偏差 {error} 千美元。",
  "Drifted: {names}; the houses that come in are priced {error} thousand dollars off, on average.":
    "已漂移：{names}；新来房屋的价格平均偏差 {error} 千美元。",
  "longitude →": "经度 →",
  "↑ latitude": "↑ 纬度",
  "stability index →": "稳定性指数 →",
};

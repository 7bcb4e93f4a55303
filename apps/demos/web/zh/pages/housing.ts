import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "Rooms alone explain about 37 % of the differences in price between districts; the steps arrive where the exact solution is.":
    "仅房间数就解释了各区价格差异的约 37%；一步步走到的地方就是精确解。",
  "A batch of 1 at the learning rate 0.3.": "批大小 1，学习率 0.3。",
  "Steps overshoot, each makes the error larger, and the training diverges.":
    "步子越过了谷底，每一步都使误差更大，训练发散。",
  "Learn from all twelve measures.": "用全部十二项指标学习。",
  "R² on held-out rows rises well above that of rooms alone.": "留出行上的 R² 明显高于只用房间数。",
  "Open the loss landscape when it is trained.": "训练后打开损失曲面。",
  "A bowl: of two weights and squared errors there is one lowest point.":
    "一个碗：两个权重、平方误差，最低点只有一个。",
  "square feet": "平方英尺",
  "price, $": "价格，美元",
  "house prices": "房价",
  "price, 1,000 $": "价格，千美元",
  "Every dot is a district or a house with its price. The line knows nothing at first; each step moves it a little towards fewer and smaller errors on a handful of prices. A fifth of the rows is held out, to see what it is worth.":
    "每个点是一个区或一座房屋及其价格。直线开始时什么也不知道；每一步根据几个价格把它挪一点，使误差更少、更小。五分之一的行被留出，用来看它有多大用处。",
  "Try a learning rate that is too large, or a batch of one. With all twelve measures there is no line to draw: then every dot is a prediction, and would be on the diagonal if it were right.":
    "试试过大的学习率，或批大小为 1。用全部十二项指标时画不出直线：这时每个点是一个预测，若预测正确就落在对角线上。",
  "The model and the prices": "模型与价格",
  "Prices by": "价格取决于",
  "rooms (Boston 1970)": "房间数（波士顿 1970）",
  "poorer neighbours (Boston 1970)": "低收入居民比例（波士顿 1970）",
  "all twelve measures (Boston 1970)": "全部十二项指标（波士顿 1970）",
  "square feet (Sacramento 2008)": "平方英尺（萨克拉门托 2008）",
  "Mean squared error of the batch, standardised": "这一批的均方误差（标准化后）",
  "R² on held-out rows": "留出行上的 R²",
  "R² of the exact solution": "精确解的 R²",
  "Your own prices": "你自己的价格数据",
  "A CSV of numbers; the last column is predicted from the others. It stays on your machine.":
    "一个由数字组成的 CSV；用其他列预测最后一列。它不会离开你的电脑。",
  "linear regression by gradient descent, beside the exact solution":
    "用梯度下降做线性回归，与精确解比较",
  "House prices and what the model says of them": "房价，以及模型的预测",
  "My house": "我的房子",
  "{shown} of {all}": "{all} 行中的 {shown} 行",
  "All {all}": "全部 {all} 行",
  "{part} held-out rows: real price across, predicted price up. On the dashed line they are the same.":
    "{part}留出数据：横轴为实际价格，纵轴为预测价格。在虚线上两者相等。",
  "{part} rows are drawn; four fifths of them are learned from.":
    "画出{part}，其中五分之四用来学习。",
  "real {target} →": "实际{target} →",
  "↑ predicted {target}": "↑ 预测{target}",
};

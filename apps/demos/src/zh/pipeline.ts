import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "R², mean": "R²，平均",
  "of each fold": "各折",
  "Define: what is a house in Sacramento worth?": "定义：萨克拉门托的一座房子值多少钱？",
  "Given beds, baths, size, place and kind of a house, say what it sells for. Measured by R², the part of the variance of prices that is explained: 0 for always saying the mean, 1 for no error. A model is worth its trouble if it beats the houses most like it, and a straight line.":
    "已知卧室、浴室、面积、位置和类型，说出售价。用 R²（价格方差中得到解释的部分）衡量：总说平均值为 0，没有误差为 1。模型要胜过最相像的房屋和一条直线，才值得费这个事。",
  Collect: "收集",
  Preprocess: "预处理",
  "Missing numbers become the median, far-off ones are brought back, all are scaled; each kind of house is a column. {columns} columns become {features} features: {names}. It is learned from training rows alone: what a test row could tell must not be known.":
    "缺失的数用中位数填补，极端值拉回，全部缩放；每种房屋类型成为一列。{columns} 列变成 {features} 个特征：{names}。这些只从训练行学习：测试行所能透露的信息不能被知道。",
  Split: "划分",
  "{train} houses to learn from, {test} that are looked at only at the end.":
    "{train} 座房屋用来学习，{test} 座只在最后查看。",
  "Choose: several models, by cross-validation in {folds} folds":
    "选择：几种模型，用 {folds} 折交叉验证",
  "Train the network": "训练网络",
  "Evaluate on the houses held out": "在留出的房屋上评价",
  "root mean square": "均方根误差",
  "Tune: every combination, draws, and successive halving": "调参：所有组合、随机抽取和逐次减半",
  "Deploy: one file, and a server that does not trust its visitors":
    "部署：一个文件，和一个不轻信访问者的服务器",
  "Monitor: are new houses like those that were learned?": "监控：新房屋与学过的相像吗？",
  "What wins a search by a hundredth need not win on new rows: with 745 houses that much is chance.":
    "搜索中领先百分之一，在新数据上未必领先：只有 745 座房屋，这点差别是偶然。",
  "{path} holds what preprocessing learned and the model; loaded again, it gives the same prices to the last bit.":
    "{path} 保存了预处理学到的内容和模型；重新加载后，给出的价格每一位都相同。",
  "{path} holds what preprocessing learned and the model; loaded again, it gives {differ} other prices.":
    "{path} 保存了预处理学到的内容和模型；重新加载后，有 {differ} 个价格不同。",
  "POST /predict of three houses: {prices}": "三座房屋的 POST /predict：{prices}",
  "a bad visitor sends": "坏访问者发送",
  answer: "应答",
  "with the words": "所附文字",
  "GET /health: {status}; {answered} answered, {refused} refused":
    "GET /health：{status}；已回答 {answered} 个，已拒绝 {refused} 个",
  "the houses held out": "留出的房屋",
  "those of them north of 38.66°": "其中位于 38.66° 以北的",
  column: "列",
  verdict: "判断",
  "another program listens there": "该端口已被另一个程序占用",
  "--serve {port}: {why}; 0 takes a port that is free": "--serve {port}：{why}；0 表示任一空闲端口",
  "serving {path}": "正在提供 {path}",
  "on {url} until Ctrl-C:": "地址为 {url}，直到 Ctrl-C：",
  stopped: "已停止",
  "The best of each search has learned all rows to learn from. On the folds, and on the houses held out:":
    "每种搜索的最佳者都用全部学习行重新学习。在各折上，以及在留出的房屋上：",
  "on the folds": "各折上",
  "network before": "之前的网络",
  "The folds decide, not the houses held out: deployed is {name}.":
    "由各折决定，而不是留出的房屋：部署的是{name}。",
  "Grid search for boosting: every combination, in {folds} folds.":
    "对提升做网格搜索：所有组合，{folds} 折。",
  rate: "学习率",
  rounds: "轮次",
  "weight decay": "权重衰减",
  "Random search for the network: every draw is trained in full.":
    "对网络做随机搜索：每次抽取都训练完整。",
  "Successive halving: all for a short time, the best third for longer, again.":
    "逐次减半：先都训练一小段，最好的三分之一训练更久，如此反复。",
  round: "轮",
};

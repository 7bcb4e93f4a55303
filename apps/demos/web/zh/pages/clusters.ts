import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "k-means finds round groups, of which you must say how many; the names are yours.":
    "k-means 找出圆形的簇，有几个要由你来说；名称由你来取。",
  "Two centres for three kinds of wine.": "三种葡萄酒，只用两个中心。",
  "Two kinds are taken for one, and the agreement falls.": "两种被当作一种，一致程度下降。",
  "Eight centres.": "八个中心。",
  "Inertia falls, since it always does; the groups mean less.":
    "惯性值下降，它总是会降；但分组的意义更小。",
  "The 64 dots of digits, ten centres, several seeds.": "64 个点的数字，十个中心，多试几个种子。",
  "It ends in different places: some digits share a centre, others have two.":
    "结果各不相同：有些数字共用一个中心，有些占两个。",
  "Rows without names. In every round each row joins the centre nearest to it, and every centre moves to the middle of its rows, until nothing changes. What is seen are the two directions in which the rows differ most.":
    "没有名称的数据。每一轮中，每行归到最近的中心，每个中心移到所属各行的中间，直到不再变化。画出的是数据差异最大的两个方向。",
  "Take it step by step. Another seed starts elsewhere and may end elsewhere.":
    "一步一步来。换一个种子，起点不同，终点也可能不同。",
  "Rows, and the centres they belong to": "数据，以及它们所属的中心",
  Centres: "中心数",
  "Inertia: squared distances to the centres": "惯性 (inertia)：到中心的距离平方和",
  "Agrees with the true classes": "与真实类别的一致程度",
  "k-means, principal components, nearest neighbours and a linear SVM":
    "k-means、主成分、近邻和线性 SVM",
  "Rows and centres on two principal components": "两个主成分上的数据与中心",
  "first component →": "第一主成分 →",
  "↑ second": "↑ 第二",
};

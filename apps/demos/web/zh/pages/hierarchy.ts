import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "A tree holds every number of clusters at once; where to cut it is your choice.":
    "一棵树同时包含各种簇数；在哪里切由你决定。",
  "Single linkage.": "单连接 (single linkage)。",
  "Chains: one cluster swallows nearly all, and agreement falls.":
    "连成链：一个簇几乎吞掉全部，一致程度下降。",
  "Ward's linkage.": "Ward 连接。",
  "Clusters of similar size, with long branches above them.": "各簇大小相近，上方的枝较长。",
  "Drag the line down to the leaves.": "把线一直拖到叶子。",
  "Every row becomes a cluster of its own, and agreement goes to 0.":
    "每一行自成一簇，一致程度降到 0。",
  "Rows without names. The two that are closest become one, again and again, until all are one. What comes of it is a tree: the height of a branch is how far apart its two sides are.":
    "没有名称的数据。最近的两个合为一个，如此反复，直到全部合一。这样得到一棵树：枝的高度就是两边相距多远。",
  "Drag the line up and down, in the picture or with the slider: what hangs below it is a cluster. The strip under the tree says what the rows are.":
    "在图中或用滑块上下拖动那条线：挂在线下的就是一个簇。树下的色条表示各行实际是什么。",
  "The tree, and where it is cut": "树，以及切开的位置",
  "Distance of clusters": "簇间距离",
  "Single: their closest rows": "单连接：最近的两行",
  "Complete: their farthest rows": "全连接：最远的两行",
  "Average: all their rows": "平均连接：所有行",
  "Ward: what the join adds to the squares": "Ward：合并后平方和的增量",
  "Centroid: their middles": "质心：两簇的中心",
  "Height of the join": "合并的高度",
  Height: "高度",
  "Cut into as many as classes: agrees by": "切成与类别同样多时的一致程度",
  "hierarchical clustering: four linkages, the dendrogram, and where to cut it":
    "层次聚类：四种连接方式、树状图，以及在哪里切",
  "Height at which the tree is cut": "切开树的高度",
  "A tree of clusters, and the line where it is cut": "由簇构成的树，以及切开它的线",
  "{count} clusters; agrees with the true classes by {agreement}":
    "{count} 个簇；与真实类别的一致程度为 {agreement}",
  "↑ height": "↑ 高度",
};

import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "Every row is a cluster of its own. The two that are closest become one, again and again, until all are one: a tree, in which the height of a branch is how far apart its two sides are. Cut it anywhere, and what hangs below is a cluster. How far apart two clusters are is the linkage: their closest rows (single), their farthest (complete), all of them (average), or what the join adds to the squared distances from the centres (ward).":
    "每一行自成一簇。最近的两个合为一个，如此反复，直到全部合一：这是一棵树，枝的高度就是两边相距多远。在任意处切开，挂在下面的就是一个簇。两个簇相距多远由连接方式决定：最近的行 (single)、最远的行 (complete)、所有行的平均 (average)，或合并给到中心的距离平方和带来的增量 (ward)。",
  "What keeps the distances best need not be what finds the classes: single linkage follows chains from row to row.":
    "最能保持距离的不一定最能找出类别：单连接会沿着一行行数据连成链。",
  "{title}: {length} rows": "{title}：{length} 行",
  agreement: "一致程度",
  "cophenetic correlation": "共表型相关系数",
};

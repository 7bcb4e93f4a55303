import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "There is no best one: who is first depends on the surface and on each one's learning rate.":
    "没有最好的：谁先到取决于曲面和各自的学习率。",
  "The narrow bowl at the multiplier 5.": "窄碗，倍数取 5。",
  "What was fast on the curved valley is not the first here.": "在弯曲山谷上快的，在这里不是第一。",
  "The multiplier 10 on the curved valley.": "弯曲山谷，倍数取 10。",
  "Plain descent flies off; those that measure each direction stay.":
    "普通梯度下降飞了出去；按方向测量坡度的还在。",
  "Himmelblau's four hollows.": "Himmelblau 的四个洼地。",
  "From one start different optimizers may end in different hollows.":
    "从同一个起点出发，不同的优化器可能停在不同的洼地。",
  "Five optimizers start at the same place and go down the same surface. Plain descent (SGD) follows the slope; momentum rolls on; the others measure each direction by how steep it has been. Each has a learning rate of its own, chosen to suit it here: that decides much of the race.":
    "五个优化器从同一点出发，沿同一个曲面下降。普通梯度下降 (SGD) 沿坡走；动量 (momentum) 会继续滚动；其余的按每个方向以往的陡峭程度来调整步长。各自用适合这里的学习率，这在很大程度上决定了胜负。",
  "The list is the ranking: who came first under a height of 0.01, and stayed. A cross is a lowest point; Himmelblau's surface has four, all of height 0. Make them faster until the first one flies off, and see who still arrives.":
    "列表就是名次：谁先降到 0.01 以下并留在那里。叉号是最低点；Himmelblau 曲面有四个，高度都是 0。把它们调快，直到第一个飞出去，再看谁仍能到达。",
  "The surface, and the path of each": "曲面，以及各自走过的路径",
  Surface: "曲面",
  "a curved valley (Rosenbrock)": "弯曲的山谷 (Rosenbrock)",
  "a narrow bowl": "狭窄的碗",
  "four hollows (Himmelblau)": "四个洼地 (Himmelblau)",
  "Learning-rate multiplier": "学习率倍数",
  "Multiplies the five rates below the picture.": "把图下方的五个学习率都乘上它。",
  "Mean height of those still on the surface": "仍在曲面上者的平均高度",
  "Height of the lowest": "最低者的高度",
  "The optimizers": "各优化器",
  "Paths of five optimizers down a surface": "五个优化器沿曲面下降的路径",
  "flew off at step {lostAt}": "在第 {lostAt} 步飞出",
  ", there at step {arrivedAt}": "，第 {arrivedAt} 步到达",
  "height {height}{arrived}": "高度 {height}{arrived}",
  "rate {rate}": "学习率 {rate}",
  momentum: "动量",
};

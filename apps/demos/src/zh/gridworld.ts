import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "Q-learning: the way to the goal, from every cell": "Q-learning：从每个格子到目标的路",
  "S start, G goal (+1), X pit (−1), # wall. A walker knows none of this: it tries moves, and notes what each was worth: the reward, plus γ = 0.9 of the best that the next cell promises.":
    "S 起点，G 目标 (+1)，X 陷阱 (−1)，# 墙。行走者不知道这些：它尝试各种动作，记下每个值多少：得到的奖励，加上下一格最好预示的 γ = 0.9 倍。",
  "from S": "从 S 出发",
  "moves to the goal": "到目标的步数",
  "did not arrive": "没有到达",
  "at random": "随机",
  learned: "学会的",
  "shortest there is": "最短的",
  "the shortest way from {right} of {length} cells": "{length} 个格子中有 {right} 个走的是最短路径",
};

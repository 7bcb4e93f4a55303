import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "The walker needs no map: what each move is worth spreads backwards from the goal until every cell knows its way.":
    "行走者不需要地图：每个动作的价值从目标往回传播，直到每个格子都知道该怎么走。",
  "A discount of 0.3.": "折扣因子取 0.3。",
  "Far from the goal everything is worth nearly nothing, and news of it hardly arrives.":
    "离目标远的地方几乎都没有价值，消息很难传到那里。",
  "One walker instead of 18.": "一个行走者代替 18 个。",
  "It tries fewer moves: after as many steps some cells do not know their way.":
    "它尝试的动作更少：走同样多步后，有些格子还不知道怎么走。",
  "The learning rate 0.01.": "学习率取 0.01。",
  "Each surprise counts for little: the worth of cells far away stays near 0.":
    "每次意外的影响都很小：远处格子的价值一直接近 0。",
  "Walkers know neither map nor goal. They try moves, and note in a table what each was worth: the reward, and most of what the next cell promises (Q-learning). The goal is worth +1, the pit −1. News of the goal spreads backwards, cell by cell.":
    "行走者既不知道地图，也不知道目标。它们尝试各种动作，在表中记下每个动作值多少：得到的奖励，加上下一格所预示的大部分价值 (Q-learning)。目标值 +1，陷阱值 −1。目标的消息一格一格往回传。",
  "The small numbers are what each move is worth; the arrow is the best of them. Click a cell to see the way from there.":
    "小数字是每个动作的价值，箭头指向其中最好的。点击一个格子，看从那里怎么走。",
  "What each move is worth, and the way that seems best": "每个动作的价值，以及看来最好的走法",
  "Discount γ": "折扣因子 γ",
  "Exploration at the end": "结束时的探索率",
  Walkers: "行走者",
  "Squared surprise": "意外程度的平方",
  Surprise: "意外程度",
  "Cells with the shortest way": "走法为最短路径的格子",
  "Worth of the start": "起点的价值",
  "Q-learning, beside walking at random and the shortest way":
    "Q-learning，与随机行走和最短路径比较",
  "The map, with the worth of every move": "地图，以及每个动作的价值",
  "Walk from": "出发的格子",
  "row {row}, column {column}": "第 {row} 行第 {column} 列",
  "the goal": "目标",
  "the pit": "陷阱",
  "nowhere yet": "还到不了任何地方",
  "{where}, in {moves} moves": "走 {moves} 步到{where}",
};

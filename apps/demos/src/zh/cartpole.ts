import type { Table } from "../shared/language.ts";

export const zh: Table = {
  "after 250 steps deep Q-learning still pushes at random most of the time; of policy gradient ten seeds gave 229 to 500 pushes.":
    "走 250 步之后，深度 Q-learning 大多数时候仍在随机地推；策略梯度用十个种子得到 229 到 500 次推动。",
  "3. {episodes} fresh episodes each": "3. 各 {episodes} 个新回合",
  pushes: "推动次数",
  least: "最少",
  most: "最多",
  "Deep Q-learning comes and goes: what is kept is the network that did best in 20 episodes on the way, not the last; the episodes above are others. An episode ends after 500 pushes.":
    "深度 Q-learning 时好时坏：保留的是途中在 20 个回合里表现最好的网络，而不是最后的；上面的回合是另外的。一个回合到 500 次推动为止。",
  "1. Policy gradient: make likelier what went better than expected":
    "1. 策略梯度：让结果好于预期的动作更可能发生",
  "A cart is pushed left or right, fifty times a second, and a pole on it must not fall. Sixteen carts play an episode each; then the policy takes one step, and the value, which says what was to be expected, takes one too.":
    "小车每秒被向左或向右推五十次，车上的杆不能倒。十六辆小车各玩一个回合；然后策略走一步，说明预期结果的价值也走一步。",
  "2. Double deep Q-learning: what is a push worth?": "2. 双重深度 Q-learning：推一下值多少？",
  "20 episodes without exploring, pushes (by step):": "不做探索的 20 个回合，推动次数（按步）：",
};

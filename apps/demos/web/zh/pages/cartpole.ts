import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "Yes: from falling alone, without anybody telling it how to push.":
    "能：只靠倒下学会，没有人告诉它怎么推。",
  "Four carts instead of sixteen.": "四辆小车代替十六辆。",
  "Each estimate is noisier, and learning jumps up and down.": "每次估计的噪声更大，学习忽上忽下。",
  "A large learning rate.": "取较大的学习率。",
  "It may forget in one step what it could already do.": "一步之内就可能忘掉已经学会的。",
  "Deep Q-learning instead of policy gradient.": "用深度 Q-learning 代替策略梯度。",
  "It learns from old pushes too; the curve is less steady.":
    "它也从过去的动作中学习；曲线没那么稳。",
  "Carts with their poles": "小车和车上的杆",
  "Stand still": "静止",
  Move: "播放",
  "{name}: push {push} of {length}": "{name}：第 {push} 次推，共 {length} 次",
  "A cart is pushed left or right, fifty times a second, and the pole on it must not fall. Nobody says how. Policy gradient plays whole episodes, and then makes those pushes likelier that led to more than was expected. Deep Q-learning remembers pushes and what came of them, learns from a few of these at every step what each push is worth, and takes the worthier one.":
    "小车每秒被向左或向右推五十次，车上的杆不能倒。没有人告诉它怎么做。策略梯度玩完整个回合，然后让结果好于预期的动作更可能发生。深度 Q-learning 记住动作和后果，每一步从其中几个学习每个动作的价值，并采取价值更高的那个。",
  "You see the episodes it has just learned from, all at once and at their real speed, one of them in colour. An episode is over when the pole leans 12°, when the cart reaches a post, or after 500 pushes, ten seconds.":
    "你看到的是它刚刚学习过的各个回合，同时以真实速度播放，其中一个为彩色。杆倾斜 12°、小车碰到立柱，或推满 500 次（十秒）时，回合结束。",
  "The carts it has just learned from": "它刚刚学习过的小车",
  "policy gradient": "策略梯度",
  "double deep Q-learning": "双重深度 Q-learning",
  "During training it falls evenly from this to 5 % of it.": "训练中从该值线性降到它的 5%。",
  "Carts at a time": "同时的小车数",
  "Pushes an episode": "每回合推的次数",
  "Pushes an episode (greedy)": "每回合推的次数（贪心）",
  "two ways to learn from rewards, beside rules that a person would try":
    "从奖励中学习的两种方法，与人会尝试的规则比较",
  "No pole has fallen yet": "还没有杆倒下",
  "Step {step}": "第 {step} 步",
};

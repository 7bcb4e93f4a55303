import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "Twenty pictures are enough when the features come from a network that has seen a million others.":
    "只要特征来自一个看过上百万张图的网络，二十张图就够了。",
  "Give it a drawing of yours, and train again.": "给它一张你画的图，再训练一次。",
  "Drawings in your hand are told better, without forgetting the others.":
    "你画的图辨认得更好，其他的也没有忘记。",
  "Fewer pictures of each kind.": "减少每类的图片。",
  "Accuracy falls slowly: the features do most of the work.":
    "准确率下降得慢：大部分工作由特征完成。",
  "Turn your drawing upside down.": "把你的画倒过来。",
  "It is less sure: nobody has shown it such pictures.": "它没那么有把握了：没人给它看过这样的图。",
  "What the camera sees": "摄像头看到的",
  "MobileNetV2's layers": "MobileNetV2 的各层",
  "their names": "各层的名称",
  "Five kinds, twenty drawings of each: too few to learn to see. But MobileNetV2's layers have seen a million photographs; they stay as they are, and what learns here is a line of weights on the 96 numbers that they make of a picture.":
    "五类，每类二十张画：要学会“看”还太少。但 MobileNetV2 的各层看过上百万张照片；它们保持不变，这里学的只是一行权重，作用在它们从图中得出的 96 个数上。",
  "Draw one, or show one to the camera (nothing leaves this page), and see what it is taken for. Give it to a kind, and it learns from that too: twenty of your own teach it your own hand, or the things on your desk.":
    "画一张，或给摄像头看一样东西（什么都不会离开这个页面），看它被认作什么。把它归到一类，模型也会从中学习：二十张你自己的图，就能教会它你的笔迹，或你桌上的东西。",
  "A picture, and what it is taken for": "一张图，以及它被认作什么",
  "Drawings of each kind": "每类的图画数",
  "Accuracy on unseen drawings": "未见过的图画上的准确率",
  "the same beside a network that begins from scratch, and one that compares pixels":
    "同样的内容，另加一个从零开始的网络和一个直接比较像素的方法",
  "one of the kinds ({kinds})": "其中一类（{kinds}）",
  "There is no camera: {message}": "没有摄像头：{message}",
  "Camera off": "关闭摄像头",
  Camera: "摄像头",
  "This is a {kind}: learn from it": "这是{kind}：从中学习",
  "A drawing of a {kind}": "一张画着{kind}的图",
  "Draw here, or use the camera": "在这里画，或使用摄像头",
  "Another unseen drawing": "换一张未见过的图",
  "It is a … (press to teach it)": "这是……（按下就教它）",
  "Chance of each kind": "每一类的概率",
  "It learns from drawings such as these": "它从这样的图画中学习",
  "Draw something first, or switch the camera on.": "请先画点什么，或打开摄像头。",
  "It learns from this too, from the next pass on.": "从下一轮起，它也从这张图学习。",
  "{kind} ({chance} sure)": "{kind}（把握 {chance}）",
  "{given} of yours": "你的 {given} 张",
};

import type { Table } from "../../../src/shared/language.ts";

export const zh: Table = {
  "50 m² cost 47.20: the model is a slope and an intercept, and gradient descent finds the same ones as the formula.":
    "50 m² 的价格是 47.20：模型就是斜率和截距，梯度下降求得的与公式相同。",
  "Lower the learning rate to 0.003 and start again.": "把学习率降到 0.003，重新开始。",
  "The line turns slowly, and 300 steps are not enough: the price is still off.":
    "直线转得慢，300 步不够：价格还不准。",
  "Take the four flats with three features.": "选有三个特征的四套房。",
  "The flat held out is priced 462.46, and really costs 450: three rows say little about four numbers.":
    "留出的那套房估价 462.46，实际是 450：三行数据对四个数所能说明的很少。",
  "Ask for a flat of 10 m².": "问问 10 m² 的房子。",
  "The price is negative: a line knows nothing outside of what it has seen.":
    "价格成了负数：直线对没见过的范围一无所知。",
  "The course's first example. Five flats, their area and their price: the line through them says what 50 m² cost. The equation under the picture is the whole model: two numbers.":
    "课程的第一个例子。五套房，有面积和价格：穿过它们的直线说出 50 m² 多少钱。图下的方程就是整个模型：两个数。",
  "With four flats and three features, one flat is held out. Three rows cannot pin down four numbers: descending from 0 finds the flattest plane that fits, which is the one scikit-learn reports.":
    "四套房、三个特征，其中一套留出。三行数据定不下四个数：从 0 开始下降，找到的是拟合它们的最平的平面，也就是 scikit-learn 给出的那个。",
  "The flats, and the price that the model gives them": "各套房，以及模型给出的价格",
  Flats: "房屋",
  "five flats: area": "五套房：面积",
  "four flats: area, bedrooms, location": "四套房：面积、卧室数、位置",
  "Features are not scaled here, so that steps have to be smaller.":
    "这里的特征没有缩放，所以步子要小一些。",
  "Mean squared error of the prices": "价格的均方误差",
  "50 m² cost": "50 m² 的价格",
  "150 m², held out (real: 450)": "150 m²，留出（实际 450）",
  "the same two examples, and then real prices": "同样的两个例子，然后是真实的价格",
  "costs {answer}": "价格 {answer}",
  "Area, m²": "面积，m²",
  "My flat": "我的房子",
  Bedrooms: "卧室数",
  Location: "位置",
  "Flats, their prices and what the model says": "各套房的价格，以及模型的预测",
  area: "面积",
  bedrooms: "卧室数",
  location: "位置",
  "price = {terms} {intercept}": "价格 = {terms} {intercept}",
  "area, m² →": "面积，m² →",
  "↑ price": "↑ 价格",
  "flat →": "房屋 →",
};

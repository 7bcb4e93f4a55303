import { noGrad, tensor } from "@wgrad/autograd";
import { t } from "../shared/language.ts";
import type { Options } from "../shared/options.ts";
import { heading, say, table, tell } from "../shared/terminal.ts";
import { watch } from "../shared/watch.ts";
import { fiveFlatsProblem, fourFlatsProblem } from "./flat-problems.ts";
import { fiveFlats } from "./flats.ts";
import type { Line } from "./picture.ts";
import { train } from "./train.ts";

/** Four flats, three features: predicts the one that the split holds out. */
export async function fourFlats({
  budget,
  epochs = budget === "full" ? 1000 : 500,
}: Options): Promise<number> {
  heading(t("1. Four flats: area, bedrooms and location → price"));
  const { model, scaler, x, y, xTest, yTest } = await fourFlatsProblem();
  tell(
    t(
      "The split is scikit-learn's for random_state=42: three rows to learn from, one held out. Three rows cannot pin down four numbers: many planes fit them exactly. Descending from zero on centred features finds the flattest of them, which is the one scikit-learn reports.",
    ),
    "",
  );

  await watch(train(model, x, y, { epochs, lr: 5e-3, batchSize: 3 }));

  const predicted = await noGrad(() => model(scaler.transform(xTest))).item();
  const [area = 0, bedrooms = 0, location = 0] = await xTest.data();
  table(
    [t("area"), t("bedrooms"), t("location"), t("real price"), t("predicted"), "scikit-learn"],
    [[area, bedrooms, location, await yTest.item(), predicted.toFixed(2), "462.46"]],
  );
  return predicted;
}

/** Five flats, one feature: the line through them, and what it says about 50 m². */
export async function oneLine({
  budget,
  epochs = budget === "full" ? 300 : 150,
}: Options): Promise<{ line: Line; at50: number }> {
  heading(t("2. Five flats: area → price, a line through five points"));
  const { model, scaler, x, y } = fiveFlatsProblem();
  await watch(train(model, x, y, { epochs, lr: 0.05, batchSize: 5 }));

  const predict = async (area: number): Promise<number> =>
    noGrad(() => model(scaler.transform(tensor([[area]])))).item();
  const rows = [];
  for (const { x, y } of fiveFlats) rows.push([x, y, (await predict(x)).toFixed(2)]);
  const at50 = await predict(50);
  rows.push([50, "?", at50.toFixed(2)]);
  table([t("area"), t("real price"), t("on the line")], rows);

  const intercept = await predict(0);
  const slope = (await predict(1)) - intercept;
  say(
    "",
    t("price = {slope} · area {intercept}: 50 m² cost {at50}", {
      slope: slope.toFixed(3),
      intercept: signed(intercept),
      at50: at50.toFixed(2),
    }),
  );
  return { line: { slope, intercept }, at50 };
}

export const signed = (value: number): string =>
  `${value < 0 ? "−" : "+"} ${Math.abs(value).toPrecision(4)}`;

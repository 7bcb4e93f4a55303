import { loadBoston } from "@wgrad/datasets/data";
import type { Options } from "../shared/options.ts";
import { heading, say, table, tell } from "../shared/terminal.ts";
import { type Evaluation, regression } from "./regression.ts";

/** 506 districts near Boston in 1970, a fifth held out. */
export async function boston(options: Options): Promise<Evaluation> {
  heading("4. Real houses: 506 districts near Boston, 1970 (Harrison & Rubinfeld 1978)");
  tell(
    "Left out: column b. It is made from the share of Black residents, on the assumption that",
    "segregation raises prices; scikit-learn dropped the whole data set for it. A feature is a",
    "claim about what may decide, and that one may not.",
    "",
  );
  const houses = await loadBoston();
  const { features, about } = houses;
  const result = await regression(houses.x(), houses.y(), options);

  const rooms = features.indexOf("rm");
  const poorer = features.indexOf("lstat");
  const cell = (i: number, j: number): string =>
    (result.features[i * features.length + j] as number).toFixed(1);
  table(
    ["rooms", "poorer %", "real price", "predicted", "off by"],
    Array.from({ length: 8 }, (_, i) => {
      const [real, predicted] = [result.real[i] as number, result.predicted[i] as number];
      const prices = [real, predicted, predicted - real].map((value) => value.toFixed(1));
      return [cell(i, rooms), cell(i, poorer), ...prices];
    }),
  );
  say(`  … and ${result.real.length - 8} more held out; prices in 1,000 $`, "");

  say(
    `R² on the ${result.real.length} held-out districts: ${result.r2.toFixed(4)}`,
    `  (closed-form least squares on the same split: ${result.closedFormR2.toFixed(4)})`,
    `a typical prediction is off by ${result.error.toFixed(1)} thousand dollars`,
    "what weighs most, in 1,000 $ for one standard deviation more:",
  );
  const order = result.effects
    .map((effect, j) => ({ effect, name: about.columns[features[j] as string] as string }))
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
  for (const { effect, name } of order.slice(0, 4)) {
    say(`  ${effect > 0 ? "+" : "−"}${Math.abs(effect).toFixed(1)}  ${name}`);
  }
  return result;
}

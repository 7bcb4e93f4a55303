import { loadBoston } from "@wgrad/datasets/data";
import { known, t } from "../shared/language.ts";
import type { Options } from "../shared/options.ts";
import { heading, say, table, tell } from "../shared/terminal.ts";
import { type Evaluation, regression } from "./regression.ts";

/** 506 districts near Boston in 1970, a fifth held out. */
export async function boston(options: Options): Promise<Evaluation> {
  heading(t("4. Real houses: 506 districts near Boston, 1970 (Harrison & Rubinfeld 1978)"));
  tell(
    t(
      "Left out: column b. It is made from the share of Black residents, on the assumption that segregation raises prices; scikit-learn dropped the whole data set for it. A feature is a claim about what may decide, and that one may not.",
    ),
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
    [t("rooms"), t("poorer %"), t("real price"), t("predicted"), t("off by")],
    Array.from({ length: 8 }, (_, i) => {
      const [real, predicted] = [result.real[i] as number, result.predicted[i] as number];
      const prices = [real, predicted, predicted - real].map((value) => value.toFixed(1));
      return [cell(i, rooms), cell(i, poorer), ...prices];
    }),
  );
  say(
    t("  … and {length} more held out; prices in 1,000 $", { length: result.real.length - 8 }),
    "",
  );

  say(
    t("R² on the {length} held-out districts: {r2}", {
      length: result.real.length,
      r2: result.r2.toFixed(4),
    }),
    t("  (closed-form least squares on the same split: {closedFormR2})", {
      closedFormR2: result.closedFormR2.toFixed(4),
    }),
    t("a typical prediction is off by {error} thousand dollars", {
      error: result.error.toFixed(1),
    }),
    t("what weighs most, in 1,000 $ for one standard deviation more:"),
  );
  const order = result.effects
    .map((effect, j) => ({ effect, name: about.columns[features[j] as string] as string }))
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
  for (const { effect, name } of order.slice(0, 4)) {
    say(`  ${effect > 0 ? "+" : "−"}${Math.abs(effect).toFixed(1)}  ${known(name)}`);
  }
  return result;
}

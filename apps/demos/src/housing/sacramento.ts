import { ColumnTransformer, OneHotEncoder } from "@wgrad/datasets";
import { loadSacramento } from "@wgrad/datasets/data";
import { known, t } from "../shared/language.ts";
import type { Options } from "../shared/options.ts";
import { heading, say, table, tell } from "../shared/terminal.ts";
import { type Evaluation, regression } from "./regression.ts";

/** 932 houses near Sacramento in 2008, a fifth held out; one column is words. */
export async function sacramento(options: Options): Promise<Evaluation> {
  const houses = await loadSacramento();
  heading(t("3. Real houses: {length} sales near Sacramento, May 2008", { length: houses.length }));
  const columns = new ColumnTransformer([
    { columns: ["beds", "baths", "sqft", "latitude", "longitude"], steps: [] },
    { columns: ["type"], steps: [new OneHotEncoder({ drop: "first" })] },
  ]);
  const x = await columns.fitTransform(houses.table);
  tell(
    t(
      "The kind of house is a word. It becomes columns of 0 and 1, one for each kind but the first, which all the others being 0 implies. The city is left out: latitude and longitude say it.",
    ),
    "",
  );
  const result = await regression(x, houses.y(), options);
  say(
    t("R² on {rows}: {r2} (closed form: {closedFormR2})", {
      rows: result.rows,
      r2: result.r2.toFixed(4),
      closedFormR2: result.closedFormR2.toFixed(4),
    }),
    t("what one standard deviation more adds, in 1,000 $:"),
    "",
  );
  table(
    ["", "1,000 $"],
    columns.featureNames.map((name, j) => [
      known(name),
      ((result.effects[j] as number) / 1000).toFixed(1),
    ]),
  );
  return result;
}

import { brief } from "../shared/brief.ts";
import type { Outcome } from "../shared/demo.ts";
import { t } from "../shared/language.ts";
import type { Options } from "../shared/options.ts";
import { readOwnTable } from "../shared/own-table.ts";
import type { Panel } from "../shared/panel.ts";
import { lossPanel, predictionChart } from "../shared/panels.ts";
import { heading, say, table } from "../shared/terminal.ts";
import { signed } from "./course.ts";
import { linePanel } from "./picture.ts";
import { regression } from "./regression.ts";

/** The same regression on a table of the user's own. */
export async function ownHouses(csv: string, options: Options): Promise<Outcome> {
  const own = await readOwnTable(csv, { target: options.target });
  const { features } = own;
  const [target, names] = [brief(own.target), features.map(brief)];
  heading(`${csv}: ${names.join(", ")} → ${target}`);
  const result = await regression(
    own.table.tensor(features),
    own.table.tensor([own.target]),
    options,
  );

  const count = result.real.length;
  const shown = Math.min(10, count);
  table(
    [...names.slice(0, 4), t("real {target}", { target }), t("predicted")],
    Array.from({ length: shown }, (_, i) => [
      ...features.slice(0, 4).map((_, j) => round(result.features[i * features.length + j])),
      round(result.real[i]),
      round(result.predicted[i]),
    ]),
  );
  if (count > shown) say(t("  … and {count} more", { count: count - shown }));
  const scores = t("R² {r2}, closed form {closedFormR2}", {
    r2: result.r2.toFixed(4),
    closedFormR2: result.closedFormR2.toFixed(4),
  });
  say("", t("on {rows}: {scores}", { rows: result.rows, scores }));

  const panels: Panel[] = [];
  const [feature = ""] = names;
  if (result.line !== null) {
    const { slope, intercept } = result.line;
    const [xs, ys] = [own.table.numbers(features[0] as string), own.table.numbers(own.target)];
    panels.push({
      title: `${target} by ${feature}`,
      subtitle: `${target} = ${slope.toPrecision(4)} · ${feature} ${signed(intercept)}`,
      ...linePanel(
        Array.from(xs, (x, i) => ({ x, y: ys[i] as number })),
        result.line,
        null,
        { x: `${feature} →`, y: `↑ ${target}` },
      ),
    });
  }
  panels.push({
    title: result.rows,
    subtitle: scores,
    ...predictionChart(result.real, result.predicted, {
      real: `real ${target} →`,
      predicted: `↑ predicted ${target}`,
    }),
  });
  return {
    measures: { r2: result.r2, "closed form r2": result.closedFormR2 },
    report: {
      title: `What is ${target}?`,
      subtitle: "A linear model, fitted by gradient descent with wgrad",
      panels: [...panels, ...lossPanel(result.losses)],
    },
  };
}

const round = (value: number | undefined): string =>
  value === undefined ? "" : String(Number(value.toPrecision(5)));

import type { Panel } from "../shared/figure.ts";
import type { Options } from "../shared/options.ts";
import { readOwnTable } from "../shared/own-table.ts";
import { start } from "../shared/start.ts";
import { heading, say, table } from "../shared/terminal.ts";
import { signed } from "./course.ts";
import { linePanel, predictionPanel } from "./picture.ts";
import { regression } from "./regression.ts";

/** The same regression on a table of the user's own; gives the panels of its picture. */
export async function ownHouses(csv: string, options: Options): Promise<Panel[]> {
  const own = await readOwnTable(csv, options);
  await start(options);
  const { features, target } = own;
  heading(`${csv}: ${features.join(", ")} → ${target}`);
  const result = await regression(
    own.table.tensor(features),
    own.table.tensor([target]),
    options.epochs,
  );

  const count = result.real.length;
  const shown = Math.min(10, count);
  table(
    [...features.slice(0, 4), `real ${target}`, "predicted"],
    Array.from({ length: shown }, (_, i) => [
      ...features.slice(0, 4).map((_, j) => round(result.features[i * features.length + j])),
      round(result.real[i]),
      round(result.predicted[i]),
    ]),
  );
  if (count > shown) say(`  … and ${count - shown} more`);
  const scores = `R² ${result.r2.toFixed(4)}, closed form ${result.closedFormR2.toFixed(4)}`;
  say("", `on ${result.rows}: ${scores}`);

  const panels: Panel[] = [];
  const [feature = ""] = features;
  if (result.line !== null) {
    const { slope, intercept } = result.line;
    const [xs, ys] = [own.table.numbers(feature), own.table.numbers(target)];
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
    ...predictionPanel(result.real, result.predicted, {
      real: `real ${target} →`,
      predicted: `↑ predicted ${target}`,
    }),
  });
  return panels;
}

const round = (value: number | undefined): string =>
  value === undefined ? "" : String(Number(value.toPrecision(5)));

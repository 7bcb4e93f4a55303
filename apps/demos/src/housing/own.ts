import type { Panel } from "../shared/figure.ts";
import type { Options } from "../shared/options.ts";
import { readOwnTable } from "../shared/own-table.ts";
import { start } from "../shared/start.ts";
import { heading, say, table } from "../shared/terminal.ts";
import { predictionPanel } from "./picture.ts";
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

  const shown = Math.min(10, result.testRows);
  table(
    [...features.slice(0, 4), `real ${target}`, "predicted"],
    Array.from({ length: shown }, (_, i) => [
      ...features.slice(0, 4).map((_, j) => round(result.features[i * features.length + j])),
      round(result.real[i]),
      round(result.predicted[i]),
    ]),
  );
  if (result.testRows > shown) say(`  … and ${result.testRows - shown} more held out`);
  const scores = `R² ${result.r2.toFixed(4)}, closed form ${result.closedFormR2.toFixed(4)}`;
  say("", `on ${result.testRows} held-out rows: ${scores}`);

  const titles = { title: `${target}, ${result.testRows} rows held out`, subtitle: scores };
  const labels = { real: `real ${target} →`, predicted: `↑ predicted ${target}` };
  return [{ ...titles, ...predictionPanel(result.real, result.predicted, labels) }];
}

const round = (value: number | undefined): string =>
  value === undefined ? "" : String(Number(value.toPrecision(5)));

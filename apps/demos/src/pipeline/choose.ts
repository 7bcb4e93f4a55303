import type { Table } from "@wgrad/datasets";
import { barsChart } from "../shared/panels.ts";
import { average, type Learn, learned, neighbours, type Settings } from "./models.ts";
import { type Story, three } from "./story.ts";
import { crossValidate, mean } from "./validate.ts";

/** Compares models by cross-validation. */
export async function choose(
  story: Story,
  train: Table,
  settings: Settings,
  folds: number,
): Promise<void> {
  const candidates: readonly (readonly [string, Learn])[] = [
    ["always the mean", average],
    ["10 most similar houses", neighbours(10)],
    ["straight line", learned({ ...settings, hidden: 0 })],
    [`network of ${settings.hidden} units`, learned(settings)],
  ];
  const chosen = [];
  for (const [name, learn] of candidates) {
    const scores = await crossValidate(train, learn, folds);
    chosen.push({ name, value: mean(scores), scores });
  }
  story.table(
    ["model", "R², mean", "of each fold"],
    chosen.map(({ name, value, scores }) => [name, three(value), scores.map(three).join("  ")]),
  );
  story.show({
    title: "Which model?",
    subtitle: `R² by cross-validation in ${folds} folds`,
    ...barsChart(chosen, { label: "R²", digits: 3 }),
  });
}

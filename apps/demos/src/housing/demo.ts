import type { Demo, Outcome } from "../shared/demo.ts";
import type { Options } from "../shared/options.ts";
import { lossPanel, predictionChart } from "../shared/panels.ts";
import { boston } from "./boston.ts";
import { fourFlats, oneLine, signed } from "./course.ts";
import { fiveFlats } from "./flats.ts";
import { ownHouses } from "./own.ts";
import { linePanel } from "./picture.ts";
import { sacramento } from "./sacramento.ts";

const checks = [
  { measure: "fourth flat", least: 462.36, most: 462.56 },
  { measure: "50 m² on the line", least: 47.15, most: 47.25 },
  { measure: "Sacramento: R² off the closed form", most: 0.005 },
  { measure: "Boston: R² off the closed form", most: 0.005 },
];

/** What is a house worth? A straight line through what others cost. */
export const housing: Demo = {
  takes: ["epochs", "csv", "target", "save", "load"],
  checks: { quick: checks, full: checks },
  run: (options) =>
    options.csv === undefined ? lessons(options) : ownHouses(options.csv, options),
};

async function lessons(options: Options): Promise<Outcome> {
  const fourth = await fourFlats(options);
  const { line, at50 } = await oneLine(options);
  // the weights that are saved, or loaded, are those of the last lesson
  const { save: _save, load: _load, ...training } = options;
  const sales = await sacramento(training);
  const houses = await boston(options);
  return {
    measures: {
      "fourth flat": fourth,
      "50 m² on the line": at50,
      "Sacramento: R²": sales.r2,
      "Sacramento: R² off the closed form": Math.abs(sales.r2 - sales.closedFormR2),
      "Boston: R²": houses.r2,
      "Boston: R² off the closed form": Math.abs(houses.r2 - houses.closedFormR2),
    },
    report: {
      title: "What is a house worth?",
      subtitle: "A linear model, fitted by gradient descent with wgrad",
      panels: [
        {
          title: "Five flats and the line through them",
          subtitle: `price = ${line.slope.toFixed(3)} · area ${signed(line.intercept)}`,
          ...linePanel(fiveFlats, line, 50, {
            x: "area (m²) →",
            y: "↑ price",
            answer: `50 m² → ${at50.toFixed(2)}`,
          }),
        },
        {
          title: `Boston 1970: ${houses.real.length} districts held out`,
          subtitle: `R² ${houses.r2.toFixed(3)}; the exact solution reaches ${houses.closedFormR2.toFixed(3)}`,
          ...predictionChart(houses.real, houses.predicted, {
            real: "real price (1,000 $) →",
            predicted: "↑ predicted price (1,000 $)",
          }),
        },
        ...lossPanel(houses.losses, { title: "Boston: the loss on the way" }),
      ],
    },
  };
}

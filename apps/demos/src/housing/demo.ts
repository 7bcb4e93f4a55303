import type { Demo } from "../shared/demo.ts";
import { figure, type Panel, saveFigure } from "../shared/figure.ts";
import type { Options } from "../shared/options.ts";
import { start } from "../shared/start.ts";
import { say } from "../shared/terminal.ts";
import { boston } from "./boston.ts";
import { fiveFlats, fourFlats, oneLine, signed } from "./course.ts";
import { ownHouses } from "./own.ts";
import { linePanel, predictionPanel } from "./picture.ts";

/** What is a house worth? A straight line through what others cost. */
export const housing: Demo = {
  async run(options: Options): Promise<void> {
    const panels =
      options.csv === undefined ? await lessons(options) : await ownHouses(options.csv, options);
    const picture = figure(
      "What is a house worth?",
      "A linear model, fitted by gradient descent with wgrad",
      panels,
    );
    say("", "picture:", ...saveFigure(picture, options.out, "housing").map((path) => `  ${path}`));
  },
};

async function lessons(options: Options): Promise<Panel[]> {
  await start(options);
  await fourFlats(options);
  const { line, at50 } = await oneLine(options);
  const houses = await boston(options);
  return [
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
      title: `${houses.real.length} districts the model has not seen`,
      subtitle: `Boston 1970: R² ${houses.r2.toFixed(3)}; the exact solution reaches ${houses.closedFormR2.toFixed(3)}`,
      ...predictionPanel(houses.real, houses.predicted, {
        real: "real price (1,000 $) →",
        predicted: "↑ predicted price (1,000 $)",
      }),
    },
  ];
}

import type { Demo } from "../shared/demo.ts";
import { figure, ink, type Panel, saveFigure } from "../shared/figure.ts";
import type { Options } from "../shared/options.ts";
import { start } from "../shared/start.ts";
import { say } from "../shared/terminal.ts";
import { chance, fiveStudents, students } from "./course.ts";
import { ownExam } from "./own.ts";
import { curvePanel } from "./picture.ts";

/** How many hours make a pass? A curve from no to yes. */
export const exam: Demo = {
  async run(options: Options): Promise<void> {
    const panels =
      options.csv === undefined ? await lesson(options) : await ownExam(options.csv, options);
    const picture = figure("Will it be a pass?", "Logistic regression with wgrad", panels);
    say("", "picture:", ...saveFigure(picture, options.out, "exam").map((path) => `  ${path}`));
  },
};

async function lesson(options: Options): Promise<Panel[]> {
  await start(options);
  const { free, held } = await fiveStudents(options);
  const points = students.map(({ hours, passed }) => ({ x: hours, y: passed }));
  return [
    {
      title: "Five students: hours of study and the chance to pass",
      subtitle: "Without a penalty the curve gets steeper for as long as training goes on",
      ...curvePanel(
        points,
        [
          { name: "no penalty", color: ink.quiet, at: (hours) => chance(free, hours) },
          { name: "scikit-learn's penalty", color: ink.fit, at: (hours) => chance(held, hours) },
        ],
        { x: 25, label: `25 hours: ${(100 * chance(held, 25)).toFixed(0)} %` },
        { x: "hours of study →", y: "↑ chance to pass" },
      ),
    },
  ];
}

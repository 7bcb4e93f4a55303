import type { Demo, Outcome } from "../shared/demo.ts";
import type { Options } from "../shared/options.ts";
import { ink } from "../shared/panel.ts";
import { lossPanel } from "../shared/panels.ts";
import { DESCENDED, fiveStudents } from "./course.ts";
import { ownExam } from "./own.ts";
import { curvePanel } from "./picture.ts";
import { chance, students } from "./students.ts";

const half = { measure: "P(25 hours)", least: 0.495, most: 0.505 };

/** How many hours make a pass? A curve from no to yes. */
export const exam: Demo = {
  takes: ["epochs", "csv", "target", "save", "load"],
  checks: { quick: [half], full: [half] },
  run: (options) => (options.csv === undefined ? lesson(options) : ownExam(options.csv, options)),
};

async function lesson(options: Options): Promise<Outcome> {
  const { free, held, losses } = await fiveStudents(options);
  const points = students.map(({ hours, passed }) => ({ x: hours, y: passed }));
  const at25 = chance(held, 25);
  return {
    measures: { "P(25 hours)": at25, "slope an hour": held.slope },
    report: {
      title: "Will it be a pass?",
      subtitle: "Logistic regression with wgrad",
      panels: [
        {
          title: "Five students: hours of study and the chance to pass",
          subtitle: "Without a penalty the curve gets steeper for as long as training goes on",
          ...curvePanel(
            points,
            [
              { name: "no penalty", color: ink.quiet, at: (hours) => chance(free, hours) },
              {
                name: "scikit-learn's penalty",
                color: ink.fit,
                at: (hours) => chance(held, hours),
              },
            ],
            { x: 25, label: `25 hours: ${(100 * at25).toFixed(0)} %` },
            { x: "hours of study →", y: "↑ chance to pass" },
          ),
        },
        ...lossPanel(losses, { y: DESCENDED }),
      ],
    },
  };
}

import { noGrad, randint } from "@wgrad/autograd";
import type { Demo, Outcome } from "../shared/demo.ts";
import { t } from "../shared/language.ts";
import type { Options } from "../shared/options.ts";
import { lossPanel } from "../shared/panels.ts";
import { heading, say, table, tell } from "../shared/terminal.ts";
import { trainOrLoad } from "../shared/weights.ts";
import { policyChart } from "./picture.ts";
import { train, valueTable } from "./train.ts";
import { arrows, columns, follow, map, open, shortest, start } from "./world.ts";

const optimal = { measure: "cells with the shortest way", least: open.length };
const GAMMA = 0.9;

/** Which way to the goal? Found by walking, with nobody to tell. */
export const gridworld: Demo = {
  takes: ["save", "load"],
  checks: {
    quick: [{ ...optimal, least: 15 }],
    full: [optimal, { measure: "largest error of a value", most: 0.01 }],
  },
  run: lesson,
};

async function lesson(options: Options): Promise<Outcome> {
  heading(t("Q-learning: the way to the goal, from every cell"));
  say(...map.map((row) => `   ${[...row].join(" ")}`));
  tell(
    "",
    t(
      "S start, G goal (+1), X pit (−1), # wall. A walker knows none of this: it tries moves, and notes what each was worth: the reward, plus γ = 0.9 of the best that the next cell promises.",
    ),
    "",
  );
  const q = valueTable();
  const losses = await trainOrLoad(
    q,
    options,
    () =>
      train(q, {
        steps: options.budget === "full" ? 600 : 300,
        walkers: 18,
        lr: 0.4,
        gamma: GAMMA,
        explore: [1, 0.6],
      }),
    { name: "squared surprise" },
  );

  const best = [...(await noGrad(() => q.weight.argmax(1)).data())].map(Number);
  const values = [...(await noGrad(() => q.weight.amax(1)).data())].map(Number);
  const distances = shortest();
  const ours = (cell: number): number => follow(cell, (at) => best[at] as number);
  const right = open.filter((cell) => ours(cell) === distances.get(cell)).length;
  // A reward d moves away is worth γᵈ⁻¹.
  const errors = open.map((cell) => {
    const exact = GAMMA ** ((distances.get(cell) ?? 0) - 1);
    return Math.abs((values[cell] as number) - exact);
  });
  const worst = Math.max(...errors);

  const drawn = map.map((row, y) =>
    [...row].map((kind, x) =>
      ".S".includes(kind) ? arrows[best[y * columns + x] as number] : kind,
    ),
  );
  say(...drawn.map((row) => `   ${row.join(" ")}`), "");
  const chance = await randomWalks(1000);
  table(
    [t("from S"), t("moves to the goal"), t("did not arrive")],
    [
      [t("at random"), chance.moves.toFixed(0), `${(100 * chance.lost).toFixed(0)} %`],
      [t("learned"), ours(start), "0 %"],
      [t("shortest there is"), distances.get(start) ?? 0, "0 %"],
    ],
  );
  say("", t("the shortest way from {right} of {length} cells", { right, length: open.length }));
  return {
    measures: {
      "cells with the shortest way": right,
      "largest error of a value": worst,
      "moves from S": ours(start),
    },
    report: {
      title: "Which way to the goal?",
      subtitle: "Q-learning with wgrad: a table of values, learned by walking",
      panels: [
        {
          title: "The best move in every cell, and what being there is worth",
          subtitle: `The shortest way from ${right} of ${open.length} cells; values off by ${worst.toPrecision(2)} at most`,
          ...policyChart(values, best),
        },
        ...lossPanel(losses, { y: "squared surprise" }),
      ],
    },
  };
}

/**
 * What a walker does that never learns: moves of those that reach the goal, and the share of those
 * that do not.
 */
async function randomWalks(count: number): Promise<{ moves: number; lost: number }> {
  const length = 1000;
  const reached: number[] = [];
  const actions = await randint(0, arrows.length, [count, length]).data();
  for (let walk = 0; walk < count; walk++) {
    let at = walk * length;
    const moves = follow(start, () => Number(actions[at++]));
    if (Number.isFinite(moves)) reached.push(moves);
  }
  const sum = reached.reduce((total, moves) => total + moves, 0);
  return { moves: sum / reached.length, lost: 1 - reached.length / count };
}

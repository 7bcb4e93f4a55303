import { spawn } from "@wgrad/distributed";
import type { Demo, Outcome } from "../shared/demo.ts";
import { grouped, t } from "../shared/language.ts";
import type { Options } from "../shared/options.ts";
import { ink } from "../shared/panel.ts";
import { curvePanel } from "../shared/panels.ts";
import { heading, table, tell, toCopy } from "../shared/terminal.ts";
import type { RankResult, RankSettings } from "./rank.ts";

/** Do two learn what one learns? Data-parallel training on two ranks. */
export const ddp: Demo = {
  takes: ["epochs"],
  checks: {
    quick: [
      { measure: "two ranks: accuracy", least: 0.85 },
      { measure: "after an epoch: largest difference of a weight", most: 1e-4 },
      { measure: "two ranks: weights that differ", most: 0 },
    ],
    full: [
      { measure: "two ranks: accuracy", least: 0.955 },
      { measure: "after an epoch: largest difference of a weight", most: 1e-4 },
      { measure: "two ranks: weights that differ", most: 0 },
      { measure: "another run: weights that differ", most: 0 },
    ],
  },
  run: lesson,
};

async function lesson(options: Options): Promise<Outcome> {
  const full = options.budget === "full";
  const settings = {
    device: options.device ?? "wasm",
    seed: options.seed,
    epochs: options.epochs ?? (full ? 15 : 4),
  };
  heading(t("One training, once on one rank and once on two"));
  tell(
    t(
      "Each rank is a thread with a device of its own. It computes the gradient of its half of every batch; all take the mean of their gradients, so all take the same step. The mean of two halves' means is the mean of the whole: two ranks should come to what one comes to, up to the rounding of sums in another order.",
    ),
    "",
  );
  const [one] = (await train(1, settings)) as [RankResult];
  const [two, other] = (await train(2, settings)) as [RankResult, RankResult];
  table(
    ["", t("loss, first"), t("loss, last"), t("right of 100"), t("seconds")],
    [[t("one rank"), one] as const, [t("two ranks"), two] as const].map(([name, result]) => [
      name,
      (result.losses[0] as number).toFixed(6),
      (result.losses.at(-1) as number).toFixed(6),
      (100 * result.accuracy).toFixed(1),
      result.seconds.toFixed(1),
    ]),
  );
  const after = largest(one.first, two.first);
  const atEnd = largest(one.last, two.last);
  tell(
    "",
    t(
      "After an epoch no weight differs by more than {after}, at the end by {atEnd}: a rounding grows as any small change does. The two ranks themselves have the same bits. A step exchanges {gradients} numbers. So small a network gains nothing by it; what a larger one gains, and what a network between hosts costs, is in docs/distributed.md. The same on processes, on one host or several:",
      {
        after: after.toExponential(1),
        atEnd: atEnd.toExponential(1),
        gradients: grouped(two.gradients),
      },
    ),
    "",
  );
  toCopy("  mpirun -n 2 npx tsx --conditions=@wgrad/source apps/demos/src/ddp/rank.ts");
  const again = full ? await train(2, settings) : null;
  if (again !== null) {
    const count = differing(two.last, (again[0] as RankResult).last);
    tell(
      "",
      t("Another run of two ranks: {count} of {length} weights have other bits.", {
        count,
        length: two.last.length,
      }),
    );
  }
  const curve = (losses: readonly number[]) => losses.map((loss, i) => ({ step: i + 1, loss }));
  return {
    measures: {
      "two ranks: accuracy": two.accuracy,
      "one rank: accuracy": one.accuracy,
      "after an epoch: largest difference of a weight": after,
      "at the end: largest difference of a weight": atEnd,
      "two ranks: weights that differ": differing(two.last, other.last),
      ...(again !== null && {
        "another run: weights that differ": differing(two.last, (again[0] as RankResult).last),
      }),
    },
    report: {
      title: "Do two learn what one learns?",
      subtitle: "A network on 8×8 digits, on one rank and on two",
      panels: [
        curvePanel("The loss of every step", "Both lines are the same", [
          { name: "one rank", curve: curve(one.losses) },
          { name: "two ranks", curve: curve(two.losses), color: ink.fit, dashed: true },
        ]),
      ],
    },
  };
}

/** What each rank came to, in their order. */
async function train(nprocs: number, settings: RankSettings): Promise<RankResult[]> {
  const results: RankResult[] = [];
  await spawn(new URL("./rank.ts", import.meta.url), {
    nprocs,
    args: [JSON.stringify(settings)],
    execArgv: ["--conditions=@wgrad/source"],
    onMessage: (message, rank) => {
      results[rank] = message as RankResult;
    },
  });
  return results;
}

const largest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);

const differing = (a: Float32Array, b: Float32Array): number =>
  a.reduce((count, value, i) => count + Number(value !== b[i]), 0);

/**
 * Runs one contender on one workload in its own process and sends the parent a `Timing`. Arguments:
 * library, folder, workload as JSON.
 */
import { read } from "./data.ts";
import type { Line, Timing } from "./lines.ts";

const [library, folder, text] = process.argv.slice(2) as [string, string, string];
const line = JSON.parse(text) as Line;
const { prepare } = await (library === "wgrad" ? import("./wgrad.ts") : import("./ml.ts"));
const task = read(folder);
const fit = await prepare(line, task);
const start = processor();
const predict = await fit();
const fitted = processor();
const predicted = await predict();
const ended = processor();
const real = line.kind === "boosting" ? task.test.quantity : task.test.label;
const score = line.kind === "boosting" ? r2(predicted, real) : accuracy(predicted, real);
const timing: Timing = { fit: fitted - start, predict: ended - fitted, score };
process.send?.(timing, () => process.exit(0));

/** Processor milliseconds used by this program, including its compiler and garbage collector. */
function processor(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function r2(guess: ArrayLike<number>, truth: Float32Array): number {
  const mean = truth.reduce((a, b) => a + b, 0) / truth.length;
  const squares = (of: (i: number) => number): number =>
    truth.reduce((sum, value, i) => sum + (value - of(i)) ** 2, 0);
  return 1 - squares((i) => guess[i] as number) / squares(() => mean);
}

function accuracy(guess: ArrayLike<number>, truth: Float32Array): number {
  return truth.filter((value, i) => value === guess[i]).length / truth.length;
}

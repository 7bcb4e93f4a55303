import type { Tensor } from "@wgrad/autograd";
import { Presets, SingleBar } from "cli-progress";
import { Interrupted, interruption, stoppable } from "./interruption.ts";
import { known, t } from "./language.ts";
import { chart, columns, say } from "./terminal.ts";
import type { Curve, Training } from "./training.ts";

/** Points of a curve; each costs one wait for the device. */
const POINTS = 100;
/** Where there is no terminal a long training says every so often how far it is. */
const QUIET_SECONDS = 30;
/** Columns that the bar leaves to the numbers before it. */
const NUMBERS = 50;
/** Columns at which there is no room for what the loss is called. */
const NARROW = 60;
/** Shows the cursor and folds long lines again. */
const RESTORED = "\x1b[?25h\x1b[?7h";

export interface WatchOptions {
  /** What the steps descend, under the curve (default "loss"). */
  readonly name?: string;
}

/**
 * Takes all steps of a training: a bar on a terminal while it goes on, then its time and the curve
 * of its loss. Throws Interrupted after the step in which Ctrl-C was pressed.
 */
export function watch(training: Training, { name = "loss" }: WatchOptions = {}): Promise<Curve> {
  return stoppable(() => take(training, known(name)));
}

async function take(training: Training, name: string): Promise<Curve> {
  const curve: { step: number; loss: number }[] = [];
  const progress = new Progress(name);
  let unread: Tensor[] = [];
  let [taken, all] = [0, 0];
  const read = async (): Promise<void> => {
    const values = await Promise.all(unread.map((each) => each.item()));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    curve.push({ step: taken, loss: mean });
    unread = [];
  };
  try {
    for await (const { step, steps, loss } of training) {
      unread.push(loss);
      [taken, all] = [step, steps];
      if (unread.length >= Math.ceil(steps / POINTS)) await read();
      progress.update(step, steps, curve.at(-1)?.loss ?? Number.NaN);
      const signal = step < steps ? interruption() : null;
      if (signal !== null)
        throw new Interrupted(signal, t("after step {taken} of {all}", { taken, all }));
    }
    if (unread.length > 0) await read();
  } finally {
    progress.stop();
  }
  const loss = curve.at(-1)?.loss ?? Number.NaN;
  say(
    t("  {taken} steps in {seconds} s, {name} {loss}", {
      taken,
      seconds: progress.seconds.toFixed(1),
      name,
      loss: loss.toPrecision(4),
    }),
  );
  chart(curve, name);
  return curve;
}

class Progress {
  readonly #started = performance.now();
  readonly #bar: SingleBar | null;
  readonly #restore = (): void => void process.stderr.write(RESTORED);
  #shown = false;
  #said = 0;

  constructor(name: string) {
    // The bar fills these in.
    const progress = t("step {step}/{steps}", { step: "{value}", steps: "{total}" });
    this.#bar = process.stderr.isTTY
      ? new SingleBar(
          {
            format: `  ${progress}  ${columns() < NARROW ? t("loss") : name} {loss}  {rest}  {bar}`,
            barsize: Math.max(0, Math.min(30, columns() - NUMBERS - name.length)),
            hideCursor: true,
            clearOnComplete: true,
          },
          Presets.shades_classic,
        )
      : null;
  }

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  update(step: number, steps: number, loss: number): void {
    const left = Math.ceil((this.seconds / step) * (steps - step));
    const shown = Number.isNaN(loss) ? "…" : loss.toPrecision(4);
    const rest = left > 0 ? t("{left} s left", { left }) : "";
    if (this.#bar !== null) {
      if (!this.#shown) {
        process.once("exit", this.#restore);
        this.#bar.start(steps, step, { loss: shown, rest });
      }
      this.#shown = true;
      this.#bar.update(step, { loss: shown, rest });
    } else if (this.seconds - this.#said > QUIET_SECONDS && step < steps) {
      this.#said = this.seconds;
      say(`  ${t("step {step}/{steps}", { step, steps })}  ${t("loss")} ${shown}  ${rest}`);
    }
  }

  stop(): void {
    if (!this.#shown) return;
    this.#bar?.stop();
    process.off("exit", this.#restore);
  }
}

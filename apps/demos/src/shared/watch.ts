import type { Tensor } from "@wgrad/autograd";
import { Presets, SingleBar } from "cli-progress";
import { chart, say } from "./terminal.ts";
import type { Curve, Training } from "./training.ts";

/** Points of a curve; each costs one wait for the device. */
const POINTS = 100;
/** Where there is no terminal a long training says every so often how far it is. */
const QUIET_SECONDS = 30;

export interface WatchOptions {
  /** What the steps descend, under the curve (default "loss"). */
  readonly name?: string;
}

/** Takes all steps of a training: a bar on a terminal while it goes on, then its time and the curve of its loss. */
export async function watch(
  training: Training,
  { name = "loss" }: WatchOptions = {},
): Promise<Curve> {
  const curve: { step: number; loss: number }[] = [];
  const progress = new Progress(name);
  let unread: Tensor[] = [];
  let taken = 0;
  const read = async (): Promise<void> => {
    const values = await Promise.all(unread.map((each) => each.item()));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    curve.push({ step: taken, loss: mean });
    unread = [];
  };
  try {
    for await (const { step, steps, loss } of training) {
      unread.push(loss);
      taken = step;
      if (unread.length >= Math.ceil(steps / POINTS)) await read();
      progress.update(step, steps, curve.at(-1)?.loss ?? Number.NaN);
    }
    if (unread.length > 0) await read();
  } finally {
    progress.stop();
  }
  const loss = curve.at(-1)?.loss ?? Number.NaN;
  say(`  ${taken} steps in ${progress.seconds.toFixed(1)} s, ${name} ${loss.toPrecision(4)}`);
  chart(curve, name);
  return curve;
}

class Progress {
  readonly #started = performance.now();
  readonly #bar: SingleBar | null;
  #shown = false;
  #said = 0;

  constructor(name: string) {
    this.#bar = process.stderr.isTTY
      ? new SingleBar(
          {
            format: `  {bar} step {value}/{total}  ${name} {loss}  {rest}`,
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
    const rest = left > 0 ? `${left} s left` : "";
    if (this.#bar !== null) {
      if (!this.#shown) this.#bar.start(steps, step, { loss: shown, rest });
      this.#shown = true;
      this.#bar.update(step, { loss: shown, rest });
    } else if (this.seconds - this.#said > QUIET_SECONDS && step < steps) {
      this.#said = this.seconds;
      say(`  step ${step}/${steps}  loss ${shown}  ${rest}`);
    }
  }

  stop(): void {
    if (this.#shown) this.#bar?.stop();
  }
}

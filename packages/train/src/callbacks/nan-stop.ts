import { ArgumentError, noGrad, stack, type Tensor, WgradError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { EpochRecord } from "../history.ts";
import type { Run } from "../run.ts";
import type { Callback } from "./callback.ts";

/** Thrown when the loss or weights of a training have become NaN or infinite. */
export class NotFiniteError extends WgradError {
  static override readonly name: string = "NotFiniteError";
}

/**
 * Ends the training with a NotFiniteError when a batch's loss is NaN or infinite, and names the
 * parameters, gradients and buffers that are not finite. It checks after every `every` updates
 * (default 50), which reads the losses since the last check, and after every epoch. With `every: 1`
 * the named tensors belong to the failing update itself.
 */
export class NaNStop implements Callback {
  readonly #every: number;

  constructor(options: { readonly every?: number } = {}) {
    checkCall("new NaNStop({ every: number })", arguments);
    const { every = 50 } = options;
    if (!Number.isInteger(every) || every < 1) {
      throw new ArgumentError(
        `NaNStop: every is ${every}\n  hint: a whole number of updates, 1 or more`,
      );
    }
    this.#every = every;
  }

  async onStep(run: Run): Promise<void> {
    if (run.step % this.#every === 0) await this.#check(run, await run.epochLosses());
  }

  async onEpoch(run: Run, { batches }: EpochRecord): Promise<void> {
    await this.#check(run, run.history.losses.slice(-batches));
  }

  async #check(run: Run, losses: readonly number[]): Promise<void> {
    const batch = losses.findIndex((loss) => !Number.isFinite(loss));
    if (batch >= 0) throw await culprits(run, losses[batch] as number, batch + 1);
  }
}

async function culprits(run: Run, loss: number, batch: number): Promise<NotFiniteError> {
  const parameters = run.model.namedParameters();
  const kinds: Record<string, [string, Tensor][]> = {
    gradients: parameters.flatMap(([name, { grad }]) => (grad === null ? [] : [[name, grad]])),
    parameters,
    buffers: run.model.namedBuffers(),
  };
  const lines = await Promise.all(
    Object.entries(kinds).map(async ([kind, tensors]) => {
      const names = await notFinite(tensors);
      return names.length === 0 ? "" : `\n  ${kind} with NaN or infinity: ${names.join(", ")}`;
    }),
  );
  const where = `batch ${batch} of epoch ${run.batch > 0 ? run.epoch + 1 : run.epoch} (checked after update ${run.step})`;
  return new NotFiniteError(
    `fit: the loss is ${loss} at ${where}${lines.join("")}` +
      "\n  hint: try a smaller learning rate, clipGradNorm, or data without NaN; setDetectAnomaly(true) names the operation",
  );
}

async function notFinite(tensors: readonly [string, Tensor][]): Promise<string[]> {
  if (tensors.length === 0) return [];
  const flags = noGrad(() => stack(tensors.map(([, x]) => x.isfinite().all())));
  const finite = await flags.data();
  return tensors.filter((_, i) => finite[i] === 0).map(([name]) => name);
}

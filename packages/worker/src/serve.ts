/** The worker's side: what trains. */
import { type InitResult, init as open } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { expose, transfer } from "comlink";
import { outside } from "./inside/endpoint.ts";
import type { Begin } from "./inside/run.ts";
import { TrainingSession } from "./inside/session.ts";
import { recordOf } from "./protocol/errors.ts";
import type { Answer, DeviceName, Served, Session } from "./protocol/protocol.ts";

export { type FitCallback, type FitRun, fitting } from "./inside/fitting.ts";
export type { Begin, Desk, Held, Run, Start, Step, Stepping, Trained } from "./inside/run.ts";
export type {
  Checkpoint,
  DeviceFacts,
  DeviceName,
  Frame,
  Loading,
  MachineFacts,
  Opened,
  Pace,
  Served,
} from "./protocol/protocol.ts";

/** Settings of `serve`. */
export interface ServeOptions {
  /**
   * Opens the device that the page asks for; null is the fastest there is (default:
   * `init({ device })` of `@wgrad/autograd`).
   */
  readonly init?: (device: DeviceName | null) => Promise<InitResult>;
}

/**
 * Serves a training to the page that made this worker, or to the main thread of Node. `begin` makes
 * the data, the model and the loop, whose turns the page decides about: it asks for the next
 * frames, and nothing happens while it does not.
 *
 * ```ts
 * const line = serve(async ({ settings, hold }: Desk<{ lr: number }>) => {
 *   const model = hold(new Linear(1, 1));
 *   const optimizer = new SGD(model.parameters(), { lr: settings.lr });
 *   return {
 *     model,
 *     parts: { model, optimizer },
 *     async *train({ from }) {
 *       for (let step = from + 1; step <= 100; step++) {
 *         const loss = F.mseLoss(model(x), y);
 *         optimizer.zeroGrad();
 *         loss.backward();
 *         optimizer.step();
 *         yield { step, steps: 100, loss, optimizer };
 *       }
 *     },
 *   };
 * });
 * export type Line = typeof line;
 * ```
 *
 * Gives nothing but its type, for `connect<Line>(…)`. Throws TypeError outside of a worker.
 */
export function serve<Settings, Snapshot = null, Info = null, Own = object>(
  begin: Begin<Settings, Snapshot, Info, Own>,
  options: ServeOptions = {},
): Served<Settings, Snapshot, Info, Own> {
  checkCall("serve(begin: function, { init: function })", arguments);
  const { init = (device) => open(device === null ? {} : { device }) } = options;
  const { endpoint, tell, onUncaught } = outside();
  const session = new TrainingSession(begin as unknown as Begin, init, (loading) =>
    tell({ wgrad: "loading", loading }),
  );
  const answers: { [Name in keyof Session]: (...args: never[]) => Promise<Answer<unknown>> } = {
    open: (...args: Parameters<Session["open"]>) => answer(session.open(...args)),
    advance: (...args: Parameters<Session["advance"]>) => answer(session.advance(...args)),
    frame: () => answer(session.frame()),
    set: (...args: Parameters<Session["set"]>) => answer(session.set(...args)),
    call: (...args: Parameters<Session["call"]>) => answer(session.call(...args)),
    checkpoint: () => answer(session.checkpoint()),
    stop: () => answer(session.stop()),
    end: () => answer(session.end()),
  };
  expose(answers, endpoint);
  onUncaught(async (error) => {
    tell({ wgrad: "fails", error: recordOf(error) });
    await session.end();
  });
  tell({ wgrad: "serves" });
  return {};
}

/** The value, with every array in it handed over instead of copied; or the error as data. */
async function answer<Value>(result: Promise<Value>): Promise<Answer<Value>> {
  try {
    const value = await result;
    return transfer({ value }, [...new Set(buffersIn(value))]);
  } catch (error) {
    return { error: recordOf(error) };
  }
}

function* buffersIn(value: unknown): Generator<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) yield value.buffer;
  } else if (typeof value === "object" && value !== null) {
    for (const each of Object.values(value)) yield* buffersIn(each);
  }
}

import { ArgumentError, WgradError } from "../errors.ts";
import { context, isOutside, type Modes } from "../graph/context.ts";
import { Handle } from "../graph/handle.ts";
import { nextNode, OWNED, PENDING, RESULT, SLOT } from "../graph/node.ts";
import { NamedResults } from "../results.ts";
import { checkCall, describe } from "../signature.ts";
import { inTask, isAsync } from "./tasks.ts";

function refusePromise(call: string, result: unknown): void {
  if (typeof (result as { then?: unknown } | null)?.then === "function") {
    (result as Promise<unknown>).then(undefined, () => {}); // The promise's own error does not matter.
    throw new ArgumentError(
      `${call}: the function returned a promise, so the mode would leak into other tasks while it waits` +
        (call === "scope" ? "" : `\n  hint: pass an async function: await ${call}(async () => …)`) +
        "\n  hint: or read values outside, and put only the synchronous part inside",
    );
  }
}

/**
 * Runs `fn` without recording gradients. An async function has the mode in its own task until its
 * promise
 * resolves; browsers cannot tell tasks apart, so there it throws.
 */
export function noGrad<T>(fn: () => T): T {
  checkCall("noGrad(fn: function)", arguments);
  return withModes("noGrad", { gradMode: false }, fn);
}

/** Runs `fn` with gradients recorded, inside a `noGrad`. For async functions see `noGrad`. */
export function enableGrad<T>(fn: () => T): T {
  checkCall("enableGrad(fn: function)", arguments);
  return withModes("enableGrad", { gradMode: true }, fn);
}

/** PyTorch's inference mode; here the same as `noGrad`. Tensors made inside may be used outside. */
export function inferenceMode<T>(fn: () => T): T {
  checkCall("inferenceMode(fn: function)", arguments);
  return withModes("inferenceMode", { gradMode: false }, fn);
}

/** Turns the recording of gradients on or off: from now on, or while `fn` runs. */
export function setGradEnabled(mode: boolean): void;
export function setGradEnabled<T>(mode: boolean, fn: () => T): T;
export function setGradEnabled<T>(mode: boolean, fn?: () => T): T | undefined {
  checkCall("setGradEnabled(mode: boolean, fn?: function)", arguments);
  if (fn !== undefined) return withModes("setGradEnabled", { gradMode: mode }, fn);
  context.gradMode = mode;
  return undefined;
}

/** Whether operations recorded now get gradients. */
export function isGradEnabled(): boolean {
  if (arguments.length > 0) checkCall("isGradEnabled()", arguments);
  return context.gradMode;
}

/** Runs `fn` with these modes. */
export function withModes<T>(call: string, modes: Partial<Modes>, fn: () => T): T {
  if (typeof fn !== "function") {
    throw new ArgumentError(
      `${call}: expected a function, got ${describe(fn)}\n  hint: use ${call}(() => …)`,
    );
  }
  if (isAsync(fn)) return inTask(call, modes, fn as () => Promise<unknown>) as T;
  const { gradMode, autocast } = context;
  Object.assign(context, modes);
  try {
    const result = fn();
    refusePromise(call, result);
    return result;
  } finally {
    Object.assign(context, { gradMode, autocast });
  }
}

/**
 * Runs the body of a composite. Only its result counts as the user's: as an unread output, and as a
 * kept
 * 0-d value.
 */
export function composite<T>(fn: () => T): T {
  const began = nextNode();
  context.opDepth++;
  let result: T;
  try {
    result = fn();
  } finally {
    context.opDepth--;
  }
  if (context.opDepth === 0) {
    if (result instanceof Handle) {
      markVisible(result);
      beResult(result, began);
    } else
      forEachHandle(result, (handle) => {
        markOneOfSeveral(handle);
        beResult(handle, began);
      });
  }
  return result;
}

/** What the body made is no view to the user, however the body made it. */
function beResult(handle: Handle, began: number): void {
  if (handle.cell.born >= began) asResult(handle);
}

/** A view of what nobody else has is a result of its own: writes and modes treat it as one. */
export function asResult<T extends Handle>(view: T): T {
  view.base = view.path = null;
  view.origin = "one";
  return view;
}

/** Caches each of several results, because each may be read. */
function markOneOfSeveral(handle: Handle): void {
  const { node } = handle.cell;
  const inside = !node.visible && node.consumers > 0;
  if (inside && node.state === PENDING && node.keep < SLOT) node.keep = SLOT;
  markVisible(handle);
  node.terminal = context.moduleDepth === 0;
}

function markVisible(handle: Handle): void {
  const { node } = handle.cell;
  node.visible = node.terminal = true;
  node.outside = isOutside();
}

/**
 * Runs a module's `forward`. The user holds the results of the outermost call. Without gradients,
 * its
 * start runs the pending work of the previous call. `path` names the module in errors.
 */
export function moduleCall<T>(fn: () => T, path?: string): T {
  const outer = context.moduleDepth === 0;
  if (outer && !context.gradMode) flushInference();
  if (outer) context.callBegan = nextNode();
  context.moduleDepth++;
  if (path !== undefined) context.modulePath.push(path);
  let result: T;
  try {
    result = fn();
  } catch (error) {
    if (error instanceof WgradError) namePath(error);
    throw error;
  } finally {
    context.moduleDepth--;
    if (path !== undefined) context.modulePath.pop();
  }
  if (!outer) {
    forEachHandle(result, ({ node, shape }) => {
      if (shape.length > 0) node.terminal = false; // the outer module may need only a part of it
    });
    return result;
  }
  if (typeof (result as { then?: unknown } | null)?.then === "function") {
    (result as unknown as Promise<unknown>).then(
      (value) => forEachHandle(value, retain),
      () => {},
    );
  } else forEachHandle(result, retain);
  return result;
}

const named = new WeakSet<WgradError>();

/** Adds the path of the called module to an error, once. */
function namePath(error: WgradError): void {
  if (named.has(error) || context.modulePath.length === 0) return;
  named.add(error);
  error.message += `\n  in: ${context.modulePath.join(".")}`;
}

function retain(handle: Handle): void {
  const { node } = handle.cell;
  if (node.state !== PENDING) return;
  if (node.keep < RESULT) node.keep = RESULT;
  node.visible = node.terminal = node.outside = true;
  if (!node.gradMode) context.inferred = node;
}

/** Runs the pending result of the previous call, unless a live tape may still fuse with it. */
function flushInference(): void {
  const { inferred } = context;
  context.inferred = null;
  if (inferred?.state !== PENDING) return;
  const { stream } = inferred;
  if (stream.pending.every((node) => node.saved === 0)) stream.advance();
}

/**
 * Runs `fn` and releases the tensors that it made (unread results without gradients, clones),
 * except its
 * result and those with `keep()`. Synchronous only.
 */
export function scope<T>(fn: () => T): T {
  checkCall("scope(fn: function)", arguments);
  const outer = context.scope;
  const made = new Set<Handle>();
  const first = nextNode();
  context.scope = made;
  let result: T;
  try {
    result = fn();
    refusePromise("scope", result);
  } finally {
    context.scope = outer;
  }
  const spared = new Set<unknown>();
  forEachHandle(result, (handle) => spared.add(handle.cell.node));
  for (const handle of made) {
    outer?.add(handle);
    const { node, persistent } = handle.cell;
    if (node.id < first) continue; // a view of an older value
    if (!persistent && !spared.has(node) && node.keep !== OWNED && node.saved === 0)
      node.stream.release(node);
  }
  return result;
}

/**
 * Visits the tensors in a result: a tensor, or arrays, plain objects and named results of tensors.
 */
function forEachHandle(value: unknown, visit: (handle: Handle) => void): void {
  if (value instanceof Handle) visit(value);
  else if (Array.isArray(value)) for (const item of value) forEachHandle(item, visit);
  else if (
    value !== null &&
    typeof value === "object" &&
    (Object.getPrototypeOf(value) === Object.prototype || value instanceof NamedResults)
  ) {
    for (const item of Object.values(value)) forEachHandle(item, visit);
  }
}

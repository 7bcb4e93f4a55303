import type { DeviceName } from "../devices/registry.ts";
import type { DType, TypedArray } from "../dtype.ts";
import { DeviceError, WgradError } from "../errors.ts";
import type { Generator } from "../random/generator.ts";
import type { Cell } from "./cell.ts";
import type { Handle } from "./handle.ts";
import type { LaneRules } from "./lanes.ts";
import type { Node } from "./node.ts";

/** The most pending nodes. At this number everything is run, so that the list stays bounded. */
export const PENDING_CAP = 4000;

/** The pending work of one device, as recording sees it. `runtime/` implements it. */
export interface Stream {
  readonly device: DeviceName;
  /** The language of custom kernels; null if the device runs none. */
  readonly language: "wgsl" | null;
  /** Nodes that are recorded but not computed, in order. */
  readonly pending: Node[];
  /** Persistent cells whose rebinding waits for the flush. */
  readonly writes: Set<Cell>;
  /** Why the device is lost; null if it works. */
  readonly failure: Error | null;
  supports(dtype: DType): boolean;
  /** Marks a value as failed. Later reads of it throw the error. */
  fail(node: Node, error: Error): void;
  /** Later work waits for these scalars, and does not run if `judge` gives an error for them. */
  guard(values: readonly Node[], judge: (values: readonly number[]) => Error | null): void;
  /** Throws, once, an error that occurred after the call that caused it. */
  raise(): void;
  /** Runs pending work that something needs. Calls `undo` if it turns out that it did not run. */
  flush(reads: readonly Node[], undo?: () => void): void;
  /** Runs pending work in the middle of a step or before a read, which are not recorded yet. */
  advance(): void;
  /** Makes a computed value the storage of a persistent cell, without a copy if possible. */
  adopt(cell: Cell, node: Node): void;
  /** Makes storage for a host value. The returned function writes a range, from element `at` on. */
  receive(node: Node): (at: number, values: TypedArray) => void;
  /** Waits until few submits are pending. Moves values to the host if the budget is exceeded. */
  settled(): Promise<void>;
  /** Waits until the device has finished all submits. */
  arrived(): Promise<void>;
  /** Gives a cell's storage to another cell, which keeps the value until its next write. */
  inherit(from: Cell, to: Cell): void;
  /** Tells that the user no longer needs a handle's value. */
  release(node: Node): void;
}

/** Modes that functions such as `noGrad` and `autocast` set. Each async task has its own. */
export interface Modes {
  /** Whether operations are recorded for gradients. */
  gradMode: boolean;
  /** The dtype that products are computed in; null for that of the operands. */
  autocast: DType | null;
}

/** All mutable state of the library outside of tensors. There is one context per program. */
export interface Context extends Modes {
  readonly version: string;
  /** The stream of new tensors; null before `init()`. */
  stream: Stream | null;
  /** The last chosen stream of each kind of device. */
  readonly streams: Map<Stream["device"], Stream>;
  /** Nesting depth of composite ops, the engine and optimizers, whose nodes the user cannot see. */
  opDepth: number;
  moduleDepth: number;
  /** Names of the modules being called, outermost first. */
  readonly modulePath: string[];
  /** The default random generator; `random/` makes it on first use. */
  generator: Generator | null;
  /** The number of random draws on devices. A draw takes its number when it is recorded. */
  philoxOffset: number;
  /** Flush after every op. The tests of memory laws compare with this. */
  eager: boolean;
  /** Check every result for NaN and infinity, and remember every call's site. */
  anomaly: boolean;
  /** A checkpoint is being recomputed, so layers that count batches must not count again. */
  recomputing: boolean;
  /** A user's hook is running. */
  inHook: boolean;
  /** Id of the first node recorded in the current outermost module call. */
  callBegan: number;
  /** A result of the last outermost module call that ran without gradients. */
  inferred: Node | null;
  /** Handles made in the innermost `scope`, or null. */
  scope: Set<Handle> | null;
  /** Called once, before the next handle is made; or null. */
  beforeHandle: (() => void) | null;
  /** Null until the first call of `vmap`. */
  lanes: LaneRules | null;
  /** Defers initialization while a module is created only to be loaded; null otherwise. */
  defer: ((target: Handle, write: () => void) => void) | null;
}

const VERSION = "0.1";
const key = Symbol.for("@wgrad/context");

function claim(): Context {
  const root = globalThis as { [key]?: Context };
  if (root[key] !== undefined) {
    throw new WgradError(
      `@wgrad/autograd: two copies are loaded (context ${root[key].version} and ${VERSION})` +
        "\n  hint: make the packages share one @wgrad/autograd (it is their peer dependency)",
    );
  }
  const context: Context = {
    version: VERSION,
    stream: null,
    streams: new Map(),
    gradMode: true,
    autocast: null,
    opDepth: 0,
    moduleDepth: 0,
    modulePath: [],
    generator: null,
    philoxOffset: 0,
    eager: false,
    anomaly: false,
    recomputing: false,
    inHook: false,
    callBegan: 0,
    inferred: null,
    scope: null,
    beforeHandle: null,
    lanes: null,
    defer: null,
  };
  root[key] = context;
  return context;
}

export const context: Context = claim();

/** Whether the user's own code is recording, and not a module, an operation or a hook. */
export const isOutside = (): boolean =>
  context.opDepth === 0 && context.moduleDepth === 0 && !context.inHook;

/** The stream that `{ device }` and `to(device)` name; undefined if none of the kind is open. */
export function streamNamed(device: Stream["device"]): Stream | undefined {
  const { stream, streams } = context;
  return stream?.device === device ? stream : streams.get(device);
}

/** The stream of new tensors. Throws DeviceError before `init()`. */
export function currentStream(): Stream {
  if (context.stream === null) {
    throw new DeviceError("no device yet\n  hint: `await init()` once, before the first tensor");
  }
  return context.stream;
}

import type { DeviceName } from "../devices/registry.ts";
import type { DType, TypedArray } from "../dtype.ts";
import { DeviceError, WgradError } from "../errors.ts";
import type { Generator } from "../random/generator.ts";
import type { Cell } from "./cell.ts";
import type { Handle } from "./handle.ts";
import type { LaneRules } from "./lanes.ts";
import type { Node } from "./node.ts";

/** Pending nodes past which everything is run, so that the list is always bounded. */
export const PENDING_CAP = 4000;

/** The work queued for one device, as recording sees it; runtime/ implements it. */
export interface Stream {
  readonly device: DeviceName;
  /** In what authors of kernels may write for it. */
  readonly language: "wgsl" | null;
  /** Nodes recorded and not yet computed, in order. */
  readonly pending: Node[];
  /** Persistent cells whose rebinding waits for the flush. */
  readonly writes: Set<Cell>;
  /** Why nothing runs here any more (a lost device), or null. */
  readonly failure: Error | null;
  supports(dtype: DType): boolean;
  /** The value turned out to be none: whoever wants it gets the error. */
  fail(node: Node, error: Error): void;
  /** What runs next waits for these single numbers, and does not run if `judge` gives an error. */
  guard(values: readonly Node[], judge: (values: readonly number[]) => Error | null): void;
  /** Throws an error that came later than the call it belongs to, once. */
  raise(): void;
  /**
   * Runs pending work: reads, writes of cells, unread outputs. Calls `undo` if it did not run after
   * all.
   */
  flush(reads: readonly Node[], undo?: () => void): void;
  /** Runs pending work in the middle of a step or before a read: neither is made yet. */
  advance(): void;
  /** A computed value becomes the storage of a persistent cell, without a copy where it can. */
  adopt(cell: Cell, node: Node): void;
  /** Makes storage for a host value. The result writes a range of it, from an element on. */
  receive(node: Node): (at: number, values: TypedArray) => void;
  /** Waits until little is unfinished; moves values to the host where the budget is spent. */
  settled(): Promise<void>;
  /** Waits until all that was asked of the device is done. */
  arrived(): Promise<void>;
  /** A cell's storage goes on as another's, and its value with it until the next write. */
  inherit(from: Cell, to: Cell): void;
  /** The handle's value is no longer needed by the user. */
  release(node: Node): void;
}

/** State of a part of the program: `noGrad(…)`, `autocast(…)`. Each async task has its own. */
export interface Modes {
  /** Whether operations are recorded for gradients. */
  gradMode: boolean;
  /** The dtype that products are computed in; null where operands say. */
  autocast: DType | null;
}

/** All mutable state of the library that is not in a tensor, one per program. */
export interface Context extends Modes {
  readonly version: string;
  /** Where new tensors live; null before `init()`. */
  stream: Stream | null;
  /** The stream that each kind of device stands for: the one that was chosen last. */
  readonly streams: Map<Stream["device"], Stream>;
  /** Depth of composite ops, the engine and optimizers: what they record is not the user's. */
  opDepth: number;
  moduleDepth: number;
  /** Names of the modules being called, outermost first. */
  readonly modulePath: string[];
  /** The default random generator; made by random/ on first use. */
  generator: Generator | null;
  /** Counts device-side random draws; taken when an op is recorded. */
  philoxOffset: number;
  /** A flush after every op: the oracle of the memory laws. */
  eager: boolean;
  /** Every result is checked for NaN and infinity, and every call remembered. */
  anomaly: boolean;
  /** A part is being computed again: what counts batches counts it no second time. */
  recomputing: boolean;
  /** A hook of the user's is running, in the middle of the library's work. */
  inHook: boolean;
  /** Id of the node recorded first in the outermost module call under way. */
  callBegan: number;
  /** A result of the last outermost module call without gradients. */
  inferred: Node | null;
  /** Handles made in the innermost `scope`, or null. */
  scope: Set<Handle> | null;
  /** Called once, before the next handle is made; or null. */
  beforeHandle: (() => void) | null;
  /** Null until `vmap` is called first. */
  lanes: LaneRules | null;
  /**
   * Takes draws and writes in place that are put off while a module is made to be loaded; null
   * elsewhere.
   */
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

/** Whether the user's own code is recording: not a module, an operation or a hook. */
export const isOutside = (): boolean =>
  context.opDepth === 0 && context.moduleDepth === 0 && !context.inHook;

/** What `{ device }` and `to(device)` name; undefined if none of the kind is open. */
export function streamNamed(device: Stream["device"]): Stream | undefined {
  const { stream, streams } = context;
  return stream?.device === device ? stream : streams.get(device);
}

/** The stream new tensors go to. */
export function currentStream(): Stream {
  if (context.stream === null) {
    throw new DeviceError("no device yet\n  hint: `await init()` once, before the first tensor");
  }
  return context.stream;
}

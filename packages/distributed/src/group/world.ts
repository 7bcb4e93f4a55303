import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import { DistributedError } from "../errors.ts";
import { launchedRank } from "../launch/launched.ts";
import { single } from "../transport/single.ts";
import { ThreadsTransport } from "../transport/threads.ts";
import type { Transport } from "../transport/transport.ts";
import { type Backend, groupOf, ProcessGroup } from "./process-group.ts";

/** Settings of `initProcessGroup`. */
export interface InitProcessGroupOptions {
  /**
   * "mpi" under mpirun, "threads" under wgrad-run or `spawn`, "single" for a single process. By
   * default it follows from how this process was started.
   */
  readonly backend?: Backend;
  /** Milliseconds to wait for a rank in a collective (default 300 000). */
  readonly timeout?: number;
}

const backends: readonly Backend[] = ["single", "threads", "mpi"];
const TIMEOUT = 300_000;

interface World {
  readonly group: ProcessGroup;
  readonly subgroups: Set<ProcessGroup>;
  /** Closes the connection between ranks. */
  readonly end: () => Promise<void>;
}
let world: World | null = null;

/**
 * Joins this process to the others. Every rank must call it, before any collective.
 *
 * Throws DistributedError if the backend is missing or this process was not started for it, and
 * ArgumentError for a second call.
 */
export async function initProcessGroup(
  options: InitProcessGroupOptions = {},
): Promise<ProcessGroup> {
  checkCall(
    'initProcessGroup({ backend: "single" | "threads" | "mpi", timeout: number })',
    arguments,
  );
  if (world !== null) {
    throw new ArgumentError(
      "initProcessGroup: this process has already joined a group\n  hint: await destroyProcessGroup() first",
    );
  }
  const { backend = await startedFor(), timeout = TIMEOUT } = options;
  if (!backends.includes(backend)) {
    throw new ArgumentError(
      `initProcessGroup: backend is ${describe(backend)}\n  hint: one of ${backends.join(", ")}`,
    );
  }
  if (!(timeout > 0)) {
    throw new ArgumentError(
      `initProcessGroup: timeout is ${timeout}\n  hint: milliseconds above 0`,
    );
  }
  const { transport, end } = await open(backend);
  const ranks = Array.from({ length: transport.size }, (_, r) => r);
  const group = new ProcessGroup(backend, ranks, timeout, transport);
  world = { group, subgroups: new Set(), end };
  return group;
}

/** The backend that fits how this process was started. */
async function startedFor(): Promise<Backend> {
  if (launchedRank() !== null) return "threads";
  const { underMpich, underOpenMpi } = await import("../transport/mpi/library.ts");
  return underOpenMpi() || underMpich() ? "mpi" : "single";
}

async function open(backend: Backend): Promise<{ transport: Transport; end: () => Promise<void> }> {
  const nothing = async (): Promise<void> => {};
  if (backend === "single") return { transport: single, end: nothing };
  if (backend === "mpi") {
    const { openMpi } = await import("../transport/mpi/process.ts");
    return openMpi(() => (world === null ? null : destroyProcessGroup()));
  }
  const launched = launchedRank();
  if (launched === null) {
    throw new DistributedError(
      'initProcessGroup: backend "threads" needs ranks that were started by wgrad-run or spawn()' +
        "\n  hint: npx wgrad-run -n 2 train.ts",
    );
  }
  return { transport: new ThreadsTransport(launched.memory, launched.rank), end: nothing };
}

/** The group of all ranks. */
export function theWorld(call: string): ProcessGroup {
  if (world !== null) return world.group;
  throw new DistributedError(
    `${call}: this process has not joined a group\n  hint: await initProcessGroup() first`,
  );
}

/** Whether this process has joined a group with `initProcessGroup`. */
export function isInitialized(): boolean {
  checkCall("isInitialized()", arguments);
  return world !== null;
}

/** This process's rank in the group, from 0; −1 if it is not a member. */
export function getRank(group?: ProcessGroup): number {
  checkCall("getRank(group?)", arguments);
  return groupOf("getRank", group, theWorld("getRank")).rank;
}

/** Number of ranks in the group. */
export function getWorldSize(group?: ProcessGroup): number {
  checkCall("getWorldSize(group?)", arguments);
  return groupOf("getWorldSize", group, theWorld("getWorldSize")).size;
}

/** Backend of the group. */
export function getBackend(group?: ProcessGroup): Backend {
  checkCall("getBackend(group?)", arguments);
  return groupOf("getBackend", group, theWorld("getBackend")).backend;
}

/**
 * Makes a group of some ranks, given by their ranks in the world. Every rank of the world must call
 * it with the same numbers, including those outside of the group.
 *
 * Throws ArgumentError for unknown or repeated ranks.
 */
export async function newGroup(
  ranks: readonly number[],
  options: { readonly timeout?: number } = {},
): Promise<ProcessGroup> {
  checkCall("newGroup(ranks: number[], { timeout: number })", arguments);
  const all = theWorld("newGroup");
  const odd = ranks.find(
    (r, i) => !(Number.isInteger(r) && r >= 0 && r < all.size) || ranks.indexOf(r) !== i,
  );
  if (odd !== undefined || ranks.length === 0) {
    throw new ArgumentError(
      `newGroup: ranks is [${ranks.join(", ")}]\n  hint: use numbers from 0 to ${all.size - 1}, each at most once`,
    );
  }
  const { timeout = all.timeout } = options;
  const call = { operation: "newGroup", elements: "i32", shape: ranks } as const;
  const transport = await all.run(call, (own) => own.split(ranks, all.timeout));
  const group = new ProcessGroup(all.backend, [...ranks], timeout, transport);
  world?.subgroups.add(group);
  return group;
}

/** Leaves the group, once all ranks have called this. No collective can run afterwards. */
export async function destroyProcessGroup(): Promise<void> {
  checkCall("destroyProcessGroup()", arguments);
  theWorld("destroyProcessGroup");
  const { group, subgroups, end } = world as World;
  for (const one of subgroups) await one.idle();
  try {
    if (group.broken === null)
      await group.run({ operation: "destroyProcessGroup" }, async () => {});
    for (const one of subgroups) await one.close();
    await group.close();
    await end();
  } finally {
    world = null;
  }
}

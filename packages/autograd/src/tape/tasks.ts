import { ArgumentError } from "../errors.ts";
import { context, type Modes, modesNow } from "../graph/context.ts";

/** The modes of one asynchronous body, and of what it calls and awaits. */
interface Task extends Modes {
  /** Its promise has settled: what it left running goes on with the modes around it. */
  over: boolean;
  readonly outer: Modes;
}

/** What Node, Deno and Bun have to follow a task through its awaits. */
interface Storage {
  run<T>(task: Task, fn: () => T): T;
  getStore(): Task | undefined;
}

let storage: Storage | null | undefined;

function taskStorage(): Storage | null {
  if (storage !== undefined) return storage;
  const { process } = globalThis as {
    process?: { getBuiltinModule?(name: string): { AsyncLocalStorage: new () => Storage } };
  };
  const hooks = process?.getBuiltinModule?.("node:async_hooks");
  storage = hooks === undefined ? null : new hooks.AsyncLocalStorage();
  return storage;
}

/** Whether a function was written as async: only then is it known, before it runs, that it waits. */
export const isAsync = (fn: unknown): boolean =>
  Object.prototype.toString.call(fn) === "[object AsyncFunction]";

let underWay = 0;

/** Runs an async function in a task of its own modes. */
export async function inTask<T>(
  call: string,
  modes: Partial<Modes>,
  fn: () => Promise<T>,
): Promise<T> {
  const found = taskStorage();
  if (found === null) {
    throw new ArgumentError(
      `${call}: takes no async function here: this platform cannot tell tasks apart, and the mode would leak into others while it waits` +
        "\n  hint: await outside, and put only the synchronous part inside",
    );
  }
  const outer = modesNow();
  const task: Task = { ...outer, ...modes, over: false, outer };
  context.taskModes ??= () => modesOf(found.getStore());
  underWay++;
  try {
    return await found.run(task, fn);
  } finally {
    task.over = true;
    if (--underWay === 0) context.taskModes = null;
  }
}

function modesOf(task: Task | undefined): Modes | undefined {
  let modes: Modes | undefined = task;
  while (modes !== undefined && "over" in modes && (modes as Task).over)
    modes = (modes as Task).outer;
  return modes;
}

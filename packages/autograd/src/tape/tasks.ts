import { ArgumentError } from "../errors.ts";
import { context, type Modes } from "../graph/context.ts";

/** The modes of an async function, and of everything that it calls and awaits. */
interface Task extends Modes {
  /** Whether its promise has settled. Work that it left running then has the outer modes. */
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

/** Whether a function is declared async, which is known before it runs. */
export const isAsync = (fn: unknown): boolean =>
  Object.prototype.toString.call(fn) === "[object AsyncFunction]";

const names = ["gradMode", "autocast"] as const satisfies readonly (keyof Modes)[];

const copied = ({ gradMode, autocast }: Modes): Modes => ({ gradMode, autocast });

let underWay = 0;

/** Runs an async function in a task with its own modes. */
export async function inTask<T>(
  call: string,
  modes: Partial<Modes>,
  fn: () => Promise<T>,
): Promise<T> {
  const found = taskStorage();
  if (found === null) {
    throw new ArgumentError(
      `${call}: does not support async functions on this platform, which cannot tell tasks apart: the mode would leak into others while it waits` +
        "\n  hint: await outside, and put only the synchronous part inside",
    );
  }
  if (underWay++ === 0) outside = follow(found);
  const outer = modesOf(found.getStore()) ?? (outside as Modes);
  const task: Task = { ...copied(outer), ...modes, over: false, outer };
  try {
    return await found.run(task, fn);
  } finally {
    task.over = true;
    if (--underWay === 0) for (const name of names) keep(name, (outside as Modes)[name]);
  }
}

/** The modes outside of tasks, while a task runs. */
let outside: Modes | null = null;

/** From now on, the context's modes are those of the running task. */
function follow(found: Storage): Modes {
  const base = copied(context);
  const now = (): Modes => modesOf(found.getStore()) ?? base;
  for (const name of names) {
    Object.defineProperty(context, name, {
      get: () => now()[name],
      set: (value: never) => {
        now()[name] = value;
      },
      enumerable: true,
      configurable: true,
    });
  }
  return base;
}

/** Makes it a plain property again, because every operation reads it. */
function keep(name: keyof Modes, value: unknown): void {
  Object.defineProperty(context, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** The modes of a task; after it is over, those around it. */
function modesOf(task: Task | undefined): Modes | undefined {
  let modes: Modes | undefined = task;
  while (modes !== undefined && (modes as Partial<Task>).over === true)
    modes = (modes as Task).outer;
  return modes;
}

import { ArgumentError } from "@wgrad/autograd";
import { describe } from "@wgrad/autograd/plugin";
import { SavingError } from "@wgrad/autograd/saving";

/** Where a log goes: a path, for Node; a function that is given each part; or memory. */
export type LogTarget<Part> = string | ((part: Part) => unknown);

/** Takes the parts of a log in their order. */
export interface Sink {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): Promise<void>;
}

export function checkLog(call: string, target: unknown, every: number): void {
  if (!["string", "function", "undefined"].includes(typeof target) || target === "") {
    throw new ArgumentError(
      `${call}: its target is ${target === "" ? "an empty path" : describe(target)}` +
        "\n  hint: a path in Node, a function of each part, or nothing: blob() gives what was written",
    );
  }
  if (Number.isInteger(every) && every >= 1) return;
  throw new ArgumentError(
    `${call}: every is ${every}\n  hint: a whole number of updates, 1 or more`,
  );
}

/**
 * A file that is written anew or appended to; its folder is made. `fileAt` gives its path from the
 * one that was asked for. Throws SavingError.
 */
export async function openLog(
  call: string,
  asked: string,
  fileAt: (path: string) => string,
  append: boolean,
): Promise<Sink> {
  const load = (globalThis as { process?: Partial<NodeJS.Process> }).process?.getBuiltinModule;
  if (load === undefined) {
    throw new ArgumentError(
      `${call}: a path is for Node; got ${JSON.stringify(asked)}` +
        "\n  hint: give a function of each part, or nothing and take blob()",
    );
  }
  const { mkdir, open } = load("node:fs/promises");
  const { dirname } = load("node:path");
  const path = fileAt(asked);
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw new SavingError(`${call}: ${path} cannot be written (${(error as Error).message})`, {
        cause: error,
      });
    }
  };
  const file = await attempt(async () => {
    await mkdir(dirname(path), { recursive: true });
    return open(path, append ? "a" : "w");
  });
  return {
    write: (bytes) => attempt(() => file.appendFile(bytes)),
    close: () => attempt(() => file.close()),
  };
}

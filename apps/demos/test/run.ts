import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, vi } from "vitest";
import { command, type RunResult } from "../src/command.ts";
import { columnsOf } from "../src/shared/width.ts";

/** A folder for the tests of a file, gone after them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "wgrad-demo-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Runs `pnpm demo` with these arguments, in this process. */
export async function run(
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const lines = { log: [] as string[], error: [] as string[] };
  const log = vi.spyOn(console, "log").mockImplementation((line) => void lines.log.push(line));
  const error = vi
    .spyOn(console, "error")
    .mockImplementation((line) => void lines.error.push(line));
  try {
    const code = await command(args, {});
    return { code, stdout: lines.log.join("\n"), stderr: lines.error.join("\n") };
  } finally {
    log.mockRestore();
    error.mockRestore();
  }
}

/** The same with `--json`: the exit code, what stdout says, and the lesson as people read it. */
export async function result(
  ...args: string[]
): Promise<{ code: number; result: RunResult; said: string }> {
  const { code, stdout, stderr } = await run(...args, "--json");
  if (stdout === "") throw new Error(`demo ${args.join(" ")} gave ${code}: ${stderr}`);
  return { code, result: JSON.parse(stdout) as RunResult, said: stderr };
}

/** Lines wider than a terminal; the paths of files are as long as they are. */
export const wide = (said: string): string[] =>
  said.split("\n").filter((line) => columnsOf(line) > 80 && !/\/[\w.-]+\//.test(line));

import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { readSafetensors } from "@wgrad/autograd/safetensors";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const root = new URL("../../..", import.meta.url).pathname;

/** Runs a command on a terminal of its own, of so many columns; `^C` is typed each time that the pattern appears in what it says. */
const program = `
import fcntl, os, pty, re, struct, sys, termios
columns, times, pattern = int(sys.argv[1]), int(sys.argv[2]), re.compile(sys.argv[3].encode())
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    os.execvp(sys.argv[4], sys.argv[4:])
said = seen = b""
while True:
    try:
        some = os.read(terminal, 65536)
    except OSError:
        break
    if not some:
        break
    said += some
    seen += some
    if times > 0 and pattern.search(seen):
        os.write(terminal, b"\\x03")
        times, seen = times - 1, b""
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(said)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
`;

const ESCAPE = "\u001b";

const python = ((): boolean => {
  try {
    execFileSync("python3", ["-c", "import pty"]);
    return true;
  } catch {
    return false;
  }
})();

interface Typed {
  readonly columns?: number;
  /** How often Ctrl-C is typed, and after what is said. */
  readonly times?: number;
  readonly after?: string;
}

function onTerminal(
  args: readonly string[],
  { columns = 80, times = 0, after = "$^" }: Typed = {},
): Promise<{ code: number | null; said: string }> {
  const child = spawn(
    "python3",
    ["-c", program, String(columns), String(times), after, "pnpm", "demo", ...args],
    { cwd: root },
  );
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, said })));
}

/** The last thing said of the cursor, and of long lines: h is on, l is off. */
const modes = (said: string): (string | undefined)[] =>
  ["25", "7"].map((mode) => said.split(`${ESCAPE}[?${mode}`).at(-1)?.[0]);

/** What the bar said, each time that it was drawn: it goes back to the start of its line before. */
const bars = (said: string): string[] =>
  said
    .split(`${ESCAPE}[1G`)
    .map((part) => stripVTControlCharacters(part).split(/\r?\n/)[0] ?? "")
    .filter((part) => part.startsWith("  step "));

describe.skipIf(!python)("Ctrl-C on a terminal", { timeout: 120_000 }, () => {
  const out = ["--device", "cpu", "--out", join(folder, "out")];

  test("ends a training after its step, gives the terminal back, and keeps the weights if asked", async () => {
    const path = join(folder, "policy.safetensors");
    const typed = { columns: 80, times: 1, after: "step 1\\d" };
    const { code, said } = await onTerminal(["gridworld", ...out, "--save", path], typed);
    expect(said).toContain(`${ESCAPE}[?25l`);
    expect(modes(said)).toEqual(["h", "h"]);
    expect(said).toMatch(/stopped after step \d+ of 600: kept .*policy\.safetensors/);
    expect(code).toBe(130);
    expect(readSafetensors(readFileSync(path)).metadata.demo).toBe("gridworld");
    expect(existsSync(join(folder, "out"))).toBe(false);
    for (const bar of bars(said)) expect(bar.length).toBeLessThanOrEqual(80);
  });

  test("without --save it says that nothing was kept, and how it would be; a narrow bar keeps its numbers", async () => {
    const typed = { columns: 40, times: 1, after: "step 1\\d" };
    const { code, said } = await onTerminal(["exam", ...out, "--epochs", "200000"], typed);
    expect(modes(said)).toEqual(["h", "h"]);
    expect(said.replaceAll(/\s+/g, " ")).toMatch(
      /stopped after step \d+ of 200000: nothing was kept; --save FILE keeps/,
    );
    expect(code).toBe(130);
    expect(bars(said).length).toBeGreaterThan(1);
    for (const bar of bars(said)) {
      // What does not fit is cut off: lines are not folded while the bar is there.
      expect(bar.slice(0, 40)).toMatch(/^ {2}step \d+\/200000 {2}loss (…|[\d.]+ )/);
    }
  });
});

test("a reader that stops reading ends it quietly", async () => {
  const command = "node --conditions=@wgrad/source --import tsx apps/demos/src/main.ts";
  const said = execFileSync("bash", ["-c", `${command} list 2>&1 | head -1`], {
    cwd: root,
    encoding: "utf8",
  });
  expect(said.split("\n")).toHaveLength(2);
});

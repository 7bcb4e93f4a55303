/**
 * Compares trees, forests and boosting with other libraries on the same rows, each in its own
 * process.
 */
import { execFile, fork, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { generate, write } from "./data.ts";
import { type Kind, LEAVES, type Line, lines, type Timing } from "./lines.ts";

/** A contender that takes longer is stopped; its time is reported as more than this. */
const DEADLINE = 120_000;
const TEST_ROWS = 5000;
/** Number of runs of which the least counts, if one takes less than about a second. */
const RUNS = 3;

const PEERS: Readonly<Record<Kind, string>> = {
  boosting: "ml-xgboost",
  forest: "ml-random-forest",
  tree: "ml-cart",
};

/** A row of the table. */
interface Row {
  readonly [column: string]: string;
}

/**
 * Measures every workload, scikit-learn too if a Python has it (`WGRAD_PYTHON`, default python3).
 */
export async function classic(): Promise<Record<string, Row>> {
  const python = process.env.WGRAD_PYTHON ?? "python3";
  const hasPython = spawnSync(python, ["-c", "import sklearn"]).status === 0;
  const rows: Record<string, Row> = {};
  for (const line of lines) {
    const { kind, rows: count, trees } = line;
    const name = `${kind}, ${count} rows${trees > 1 ? `, ${trees} trees` : ""}`;
    console.log(`classic: ${name}`);
    const folder = mkdtempSync(join(tmpdir(), "bench-classic-"));
    try {
      write(folder, "train", generate(count));
      write(folder, "test", generate(TEST_ROWS));
      const ours = await least(() => inNode("wgrad", folder, line));
      const peer = await least(() => inNode(PEERS[kind], folder, line));
      const reference = hasPython ? await least(() => inPython(python, folder, line)) : null;
      rows[name] = {
        wgrad: shown(ours),
        [PEERS[kind]]: shown(peer),
        "scikit-learn": hasPython ? shown(reference) : "not installed",
        "peer ÷ wgrad": ratio(peer, ours),
        "wgrad ÷ scikit-learn": reference === null ? "–" : ratio(ours, reference),
      };
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return rows;
}

/** The fastest of some runs; null if one was stopped. */
async function least(run: () => Promise<Timing | null>): Promise<Timing | null> {
  let best: Timing | null = null;
  for (let i = 0; i < RUNS; i++) {
    const timing = await run();
    if (timing === null) return null;
    if (best === null || timing.fit < best.fit) best = timing;
    if (timing.fit > 2000) break;
  }
  return best;
}

function inNode(library: string, folder: string, line: Line): Promise<Timing | null> {
  const file = join(import.meta.dirname, "contender.ts");
  return new Promise((resolve, reject) => {
    const child = fork(file, [library, folder, JSON.stringify(line)], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let [answer, said]: [Timing | null, string] = [null, ""];
    const timer = setTimeout(() => child.kill(), DEADLINE);
    child.stderr?.on("data", (text) => {
      said += text;
    });
    child.on("message", (timing) => {
      answer = timing as Timing;
    });
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      if (answer !== null || signal !== null) resolve(answer);
      else reject(new Error(`${library} ended with ${code}\n${said}`));
    });
  });
}

async function inPython(
  python: string,
  folder: string,
  { kind, trees }: Line,
): Promise<Timing | null> {
  const file = join(import.meta.dirname, "reference.py");
  const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
  const args = [file, folder, kind, `${trees}`, `${LEAVES}`];
  try {
    const { stdout } = await promisify(execFile)(python, args, { env, timeout: DEADLINE });
    return JSON.parse(stdout) as Timing;
  } catch (error) {
    if ((error as { killed?: boolean }).killed === true) return null;
    throw error;
  }
}

const milliseconds = (value: number): string =>
  value < 100 ? value.toPrecision(3) : String(Math.round(value));

const shown = (timing: Timing | null): string =>
  timing === null
    ? `over ${DEADLINE / 1000} s`
    : `${milliseconds(timing.fit)} + ${milliseconds(timing.predict)}, ${timing.score.toFixed(3)}`;

/** How many times longer one fit takes than the other; a lower bound if it was stopped. */
function ratio(slow: Timing | null, fast: Timing | null): string {
  if (fast === null) return "–";
  const times = (slow?.fit ?? DEADLINE) / fast.fit;
  return `${slow === null ? "> " : ""}${times < 10 ? times.toFixed(1) : Math.round(times)}×`;
}

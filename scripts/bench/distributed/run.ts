/**
 * Bandwidth between two ranks on one host, compared with plain TCP, and the speed-up by the second
 * rank.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { spawn } from "@wgrad/distributed";
import { type Cost, type Measured, sizes } from "./lines.ts";
import { overTcp } from "./tcp.ts";

const program = join(import.meta.dirname, "rank.ts");

/** A row of the table. */
interface Row {
  readonly [column: string]: string;
}

/** Megabytes per second of an average over two ranks, by size; then steps alone and together. */
export async function distributed(): Promise<Record<string, Row>> {
  const backends: Record<string, Measured | null> = {
    threads: await onThreads(),
    mpi: await onMpi(),
  };
  const tcp = await overTcp();
  const rows: Record<string, Row> = {};
  for (const bytes of sizes) {
    const rate = (ms: number | undefined): string =>
      ms === undefined ? "–" : `${(bytes / ms / 1000).toFixed(0)} MB/s (${ms.toFixed(2)} ms)`;
    const { threads, mpi } = backends;
    rows[`average of ${bytes / 1024} KiB`] = {
      threads: rate(threads?.exchange[bytes]),
      mpi: rate(mpi?.exchange[bytes]),
      "plain TCP": rate(tcp[bytes]),
    };
  }
  for (const [name, measured] of Object.entries(backends)) {
    for (const [line, { alone, together }] of Object.entries(measured?.steps ?? {})) {
      rows[`${line} step on ${name}`] = {
        alone: said(alone),
        "two ranks": said(together),
        efficiency: `${share(alone.wall, together.wall)} (${share(alone.processor, together.processor)} of work)`,
      };
    }
  }
  return rows;
}

const said = ({ wall, processor }: Cost): string =>
  `${wall.toFixed(2)} ms (${processor.toFixed(2)} of work)`;
const share = (a: number, b: number): string => `${((100 * a) / b).toFixed(0)} %`;

async function onThreads(): Promise<Measured> {
  let measured: Measured | null = null;
  const onMessage = (message: unknown): void => {
    measured = message as Measured;
  };
  await spawn(program, { nprocs: 2, onMessage });
  return measured as unknown as Measured;
}

/** Null, with a message, if there is no mpirun. */
async function onMpi(): Promise<Measured | null> {
  const asRoot = process.getuid?.() === 0 ? ["--allow-run-as-root"] : [];
  const node = [process.execPath, ...process.execArgv, program];
  try {
    const env = { ...process.env, OMPI_MCA_plm: "isolated" }; // one host, no ssh
    const args = [...asRoot, "-n", "2", ...node];
    const { stdout } = await promisify(execFile)("mpirun", args, { env });
    const [, text = "null"] = /@measured (.*)/.exec(stdout) ?? [];
    return JSON.parse(text) as Measured | null;
  } catch (error) {
    console.log(`distributed: MPI is not measured: ${(error as Error).message.split("\n")[0]}`);
    return null;
  }
}

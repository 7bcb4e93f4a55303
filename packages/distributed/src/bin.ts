import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { RankFailedError, spawn } from "./launch/spawn.ts";

const usage = `wgrad-run [-n RANKS] PROGRAM [ARGUMENTS]
  Runs PROGRAM (JavaScript, or TypeScript if tsx is installed) as RANKS threads
  (default: one per processor). The first rank that fails ends all.`;

const at = process.argv.findIndex(
  (text, i) =>
    i > 1 && !text.startsWith("-") && !/^(-n|--nprocs)$/.test(process.argv[i - 1] as string),
);
const own = process.argv.slice(2, at < 0 ? undefined : at);
const [program, ...args] = at < 0 ? [] : process.argv.slice(at);

async function main(): Promise<number> {
  let nprocs = availableParallelism();
  try {
    const { values } = parseArgs({
      args: own,
      options: { nprocs: { type: "string", short: "n" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    if (values.nprocs !== undefined) nprocs = Number(values.nprocs);
    if (!(Number.isInteger(nprocs) && nprocs > 0)) throw new Error(`-n is ${values.nprocs}`);
    if (program === undefined) throw new Error("no program");
  } catch (error) {
    console.error(`wgrad-run: ${(error as Error).message}\n${usage}`);
    return 2;
  }
  try {
    await spawn(program, { nprocs, args });
    return 0;
  } catch (error) {
    console.error(error instanceof RankFailedError ? error.message : error);
    return 1;
  }
}

process.exit(await main());

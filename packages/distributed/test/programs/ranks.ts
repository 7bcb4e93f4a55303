/**
 * Runs all cases on groups of 1, 2 and 3 ranks, on the given devices. Every rank reports its
 * results.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parentPort } from "node:worker_threads";
import { init } from "@wgrad/autograd";
import { destroyProcessGroup, getRank, initProcessGroup, newGroup } from "../../src/index.ts";
import { type Case, cases } from "./cases.ts";

const [devices = "cpu", sizes = "1,2,3", names = "", folder = "."] = process.argv.slice(2);
await initProcessGroup({ timeout: 60_000 });
const rank = getRank();
const reported: unknown[] = [];
for (const device of devices.split(",") as ("cpu" | "wasm")[]) {
  await init(device === "wasm" ? { device, threads: 1 } : { device });
  for (const size of sizes.split(",").map(Number)) {
    const group = await newGroup(Array.from({ length: size }, (_, r) => r));
    if (group.rank < 0) continue;
    for (const name of names === "" ? Object.keys(cases) : names.split(";")) {
      reported.push({ device, size, rank, name, result: await (cases[name] as Case)(group) });
    }
  }
}
if (parentPort !== null) parentPort.postMessage(reported);
else writeFileSync(join(folder, `${rank}.json`), JSON.stringify(reported));
await destroyProcessGroup();

/** Main program of tests: a worker trains, and in its middle this process does what is asked of it. */
import { connect } from "../src/index.ts";
import { startThread } from "../src/node.ts";
import type { Line } from "./line.ts";

const [how = "", device = "webgpu"] = process.argv.slice(2);
const training = connect<Line>(() => startThread(new URL("./line.mjs", import.meta.url)));
training.pace = { milliseconds: 0 };
const kind = how === "hung" ? "hangs" : "heavy";
await training.open({ lr: 0.01, kind, steps: 1e6 }, { device: device as "webgpu", seed: 1 });
if (how === "opening")
  void training.open({ lr: 0.01 }, { device: device as "webgpu" }).catch(() => {});
else training.run().catch((error: Error) => console.log(`the run ended: ${error.name}`));
await new Promise((resolve) => setTimeout(resolve, how === "opening" ? 0 : 150));
if (how === "exit") process.exit(7);
else if (how === "throw") throw new RangeError("thrown by the main program");
else {
  await training.terminate();
  console.log(`${training.state}, and the process lives`);
}

import { readFileSync, writeFileSync } from "node:fs";
import { init } from "@wgrad/autograd";
import {
  conformanceCases,
  folder,
  runConformance,
} from "../packages/models/test/onnx/conformance.ts";
import { type Checked, supportTable } from "../packages/models/test/onnx/table.ts";

const PAGE = "docs/onnx.md";
const [START, END] = ["<!-- table -->", "<!-- end of table -->"];

/**
 * Writes the support table of docs/onnx.md from the supported operators and a run of ONNX's node
 * tests.
 */
async function main(): Promise<void> {
  const cases = conformanceCases();
  if (cases.length === 0)
    throw new Error(`no cases in ${folder}: apt-get install libonnx-testdata`);
  await init({ device: "cpu" });
  const outcomes: Checked[] = [];
  for (const item of cases) outcomes.push({ ...item, ...(await runConformance(item)) });
  const page = readFileSync(PAGE, "utf8");
  const [before, after] = [page.split(START)[0], page.split(END)[1]];
  writeFileSync(PAGE, `${before}${START}\n\n${supportTable(outcomes)}\n\n${END}${after}`);
}

main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Tensor } from "@wgrad/autograd";
import { readOnnx } from "@wgrad/models/onnx";
import { fromRecord } from "../call.ts";
import type { Run } from "../run.ts";
import type { OnnxGroup } from "./load.ts";

interface Reference {
  readonly tensor: string;
}

/** Runs a case of an ONNX file: its outputs, or the gradients of its parameters. */
export async function runOnnx(run: Run): Promise<void> {
  const { item, group } = run;
  const model = readOnnx(readFileSync(join((group as OnnxGroup).folder, String(item.model))));
  const given = item.inputs as unknown as Readonly<Record<string, Reference>>;
  const inputs: Record<string, Tensor> = Object.fromEntries(
    Object.entries(given).map(([name, { tensor }]) => [
      name,
      fromRecord(group.tensor(item.id, tensor), false),
    ]),
  );
  if (item.kind !== "onnx_grad") {
    const wanted = item.outputs as unknown as Readonly<Record<string, Reference>>;
    const outputs = await model.run(inputs);
    for (const [name, { tensor }] of Object.entries(wanted)) await run.check(tensor, outputs[name]);
    return;
  }
  for (const input of Object.values(inputs)) input.requiresGrad = true;
  const [output] = Object.values(model(inputs)) as [Tensor];
  const cot = fromRecord(group.tensor(item.id, String(item.cot)), false);
  output.mul(cot).sum().backward();
  const parameters = new Map(model.namedParameters());
  for (const name of item.outputs) {
    const key = name.replace(/^grad\./, "");
    if (name.startsWith("grad.")) await run.check(name, (inputs[key] ?? parameters.get(key))?.grad);
    else await run.check(name, output);
  }
}

import { init } from "@wgrad/autograd";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { sampleOf } from "../load.ts";
import { isFault } from "../report.ts";
import { runCase } from "../run.ts";
import { loadPretrained } from "./load.ts";

const full = inject("tier") === "full";
/** The quick tier runs one case in this many of each model, and two models on WebGPU. */
const every = { cpu: 16, wasm: 8, webgpu: 60 } as const;
const onWebgpu = ["models/llama-tiny", "models/resnet18-tiny"];

describe.each(["cpu", "wasm", "webgpu"] as const)("pretrained models on %s", (device) => {
  beforeAll(() => init({ device }));

  const groups = loadPretrained("golden/models").filter(
    ({ name }) => full || device !== "webgpu" || onWebgpu.includes(name),
  );
  test.each(groups.map((group) => [group.name, group] as const))(
    "%s",
    { timeout: full ? 300_000 : 60_000 },
    async (_, group) => {
      const cases = full ? group.cases : sampleOf(group.cases, every[device]);
      const faults: string[] = [];
      for (const item of cases) {
        const outcome = await runCase(group, item, device);
        if (isFault(outcome)) faults.push(`${outcome.id}: ${outcome.reason}`);
      }
      expect(faults).toEqual([]);
    },
  );
});

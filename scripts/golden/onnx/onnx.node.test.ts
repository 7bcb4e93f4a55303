import { init } from "@wgrad/autograd";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { sampleOf } from "../load.ts";
import { isFault } from "../report.ts";
import { runCase } from "../run.ts";
import { loadOnnxGroup } from "./load.ts";

const full = inject("tier") === "full";
/** The quick tier runs one case in this many. */
const every = { cpu: 1, wasm: 1, webgpu: 6 } as const;

describe.each(["cpu", "wasm", "webgpu"] as const)("ONNX models on %s", (device) => {
  beforeAll(() => init({ device }));

  test.each(loadOnnxGroup("golden/onnx").map((group) => [group.name, group] as const))(
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

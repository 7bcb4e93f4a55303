import { describe, inject } from "vitest";
import { places, testPrograms } from "../../packages/autograd/test/laws/harness.ts";
import { longPrograms, programs } from "../../packages/autograd/test/laws/programs.ts";
import { realNet } from "./parts.ts";
import { realPrograms } from "./programs.ts";

const full = inject("tier") === "full";
const fused = places.filter(({ fusion }) => fusion !== "off");
const onCpu = fused.filter(({ device }) => device === "cpu");
const onWebgpu = fused.filter(({ device }) => device === "webgpu");

describe("programs of modules and optimizers", () => {
  testPrograms(realPrograms, full ? places : onCpu);
  // Each program compiles the kernels of several plans, so the quick tier runs only one.
  const quick = realPrograms.filter(({ name }) => name === "clippedAndAveraged");
  if (!full) testPrograms(quick, onWebgpu);
});

/** Long programs run on the stand-in only. */
const short = programs.filter((program) => !longPrograms.includes(program));

describe("programs of the stand-in, with a module and SGD", () => {
  if (full) testPrograms(programs, places, realNet);
  else {
    testPrograms(
      short.filter((_, i) => i % 6 === 0),
      onCpu,
      realNet,
    );
  }
});

/// <reference types="vite/client" />
import { init } from "@wgrad/autograd";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { loadClassic } from "./classic/load.ts";
import { type Case, type Group, loadGroup, sampleOf } from "./load.ts";
import { isFault } from "./report.ts";
import { type DeviceKind, runCase } from "./run.ts";

const texts = import.meta.glob<string>("../../golden/*.json", {
  query: "?raw",
  import: "default",
});
const tensors = import.meta.glob<string>("../../golden/*.safetensors", {
  query: "?url&inline",
  import: "default",
});
const folder = "../../golden";
/** Tables of rows have no tensor file and a test of their own. */
const names = Object.keys(texts)
  .map((path) => path.slice(folder.length + 1, -".json".length))
  .filter((name) => `${folder}/${name}.safetensors` in tensors);

/** Browsers run a twentieth of the cases; the full tier runs all everywhere. */
const everywhere = typeof window === "undefined";

const classicTexts = import.meta.glob<string>("../../golden/classic/*.json", {
  query: "?raw",
  import: "default",
});
const classicTensors = import.meta.glob<string>("../../golden/classic/*.safetensors", {
  query: "?url&inline",
  import: "default",
});

async function load(name: string): Promise<Group> {
  const text = await texts[`${folder}/${name}.json`]?.();
  const bytes = await bytesAt(await tensors[`${folder}/${name}.safetensors`]?.());
  return loadGroup(name, text as string, bytes);
}

async function loadAllClassic(): Promise<Group[]> {
  const files = Object.entries(classicTexts).map(async ([path, text]) => {
    const stem = path.slice(0, -".json".length);
    const bytes = await bytesAt(await classicTensors[`${stem}.safetensors`]?.());
    return [stem.slice(stem.lastIndexOf("/") + 1), { json: await text(), bytes }] as const;
  });
  return loadClassic(new Map(await Promise.all(files)));
}

async function bytesAt(url: string | undefined): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(url as string)).arrayBuffer());
}

/**
 * The limits of the least capable WebGPU: 8 storage buffers, bindings of 128 MB, no optional
 * feature.
 */
const onFloor = ["ops", "modules", "losses", "optim"];
const ofGPU = ["ops", "ops2", "modules", "modules2", "losses", "optim"];

interface Place {
  readonly name: string;
  readonly device: DeviceKind;
  readonly open: () => Promise<unknown>;
  readonly takes: (group: Group) => boolean;
  /** The quick tier runs one case in this many. */
  readonly every: number;
}

/** In Node's quick tier. WebGPU compiles kernels for each case, so it runs fewest. */
const inNode = { cpu: 4, wasm: 12, webgpu: 36 } as const;

const places: readonly Place[] = [
  ...(["cpu", "wasm", "webgpu"] as const).map(
    (device): Place => ({
      name: device,
      device,
      open: () => init({ device }),
      takes: () => true,
      every: everywhere ? inNode[device] : device === "webgpu" ? 120 : 400,
    }),
  ),
  {
    name: "WebGPU with the kernels of a GPU",
    device: "webgpu",
    open: () => init({ device: "webgpu", class: "discrete" }),
    takes: ({ name }) => everywhere && ofGPU.includes(name),
    every: 60,
  },
  {
    name: "the least capable WebGPU",
    device: "webgpu",
    open: async () => init({ device: await leastDevice() }),
    takes: ({ name }) => everywhere && onFloor.includes(name),
    every: 40,
  },
];

async function leastDevice(): Promise<GPUDevice> {
  const { softwareAdapter } = await import("@wgrad/autograd/node");
  const device = await (await softwareAdapter()).requestDevice();
  expect([...device.features]).toEqual(["core-features-and-limits"]);
  expect(device.limits.maxStorageBuffersPerShaderStage).toBe(8);
  expect(device.limits.maxStorageBufferBindingSize).toBe(2 ** 27);
  return device;
}

const chosen = (cases: readonly Case[], every: number): readonly Case[] =>
  every === 1 || inject("tier") === "full" ? cases : sampleOf(cases, every);

for (const group of [...(await Promise.all(names.map(load))), ...(await loadAllClassic())]) {
  const here = places.filter(({ takes }) => takes(group));
  describe.each(here)(`reference cases ${group.name} on $name`, ({ device, open, every }) => {
    beforeAll(open);
    const cases = chosen(group.cases, every);
    for (const category of new Set(cases.map((item) => item.category))) {
      test(category, { timeout: 120_000 }, async () => {
        const faults: string[] = [];
        for (const item of cases.filter((one) => one.category === category)) {
          const outcome = await runCase(group, item, device);
          if (isFault(outcome)) faults.push(`${outcome.id}: ${outcome.reason}`);
        }
        expect(faults).toEqual([]);
      });
    }
  });
}

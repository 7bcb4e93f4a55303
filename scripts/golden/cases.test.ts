/// <reference types="vite/client" />
import { Generator, init } from "@wgrad/autograd";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { loadClassic } from "./classic/load.ts";
import { type Case, type Group, loadGroup } from "./load.ts";
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
/** A table of rows has no tensors beside it, and a test of its own. */
const names = Object.keys(texts)
  .map((path) => path.slice(folder.length + 1, -".json".length))
  .filter((name) => `${folder}/${name}.safetensors` in tensors);

/** In the browser a twentieth of the cases, the same ones every time, and all in the full tier: Node runs them all. */
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

function chosen(cases: readonly Case[]): readonly Case[] {
  if (everywhere || inject("tier") === "full") return cases;
  const order = new Generator(0).permutation(cases.length);
  return [...order.subarray(0, Math.ceil(cases.length / 20))].map((i) => cases[i] as Case);
}

const devices: readonly DeviceKind[] = ["cpu", "webgpu"];

for (const group of [...(await Promise.all(names.map(load))), ...(await loadAllClassic())]) {
  describe.each(devices)(`the reference's ${group.name} on %s`, (device) => {
    beforeAll(async () => {
      await init({ device });
    });
    for (const category of new Set(group.cases.map((item) => item.category))) {
      test(category, { timeout: 120_000 }, async () => {
        const faults: string[] = [];
        for (const item of chosen(group.cases.filter((one) => one.category === category))) {
          const outcome = await runCase(group, item, device);
          if (isFault(outcome)) faults.push(`${outcome.id}: ${outcome.reason}`);
        }
        expect(faults).toEqual([]);
      });
    }
  });
}

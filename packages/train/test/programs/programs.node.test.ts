import { readFile } from "node:fs/promises";
import { type InitOptions, init } from "@wgrad/autograd";
import { load } from "@wgrad/autograd/saving";
import { expect, inject, test } from "vitest";
import { actorCriticPpo } from "./actor-critic-ppo.ts";
import { charRnn } from "./char-rnn.ts";
import { cifar } from "./cifar.ts";
import { custom } from "./custom.ts";
import { dcgan } from "./dcgan.ts";
import { ddpm } from "./ddpm.ts";
import { finetune } from "./finetune.ts";
import { graph } from "./graph.ts";
import { kfold } from "./kfold.ts";
import { pinnOde } from "./pinn-ode.ts";
import { type Program, Reference } from "./reference.ts";
import { siameseTriplet } from "./siamese-triplet.ts";
import { simclr } from "./simclr.ts";
import { superResolution } from "./super-resolution.ts";
import { transformerGpt } from "./transformer-gpt.ts";
import { vae } from "./vae.ts";
import { wordLm } from "./word-lm.ts";

const all = [
  cifar,
  charRnn,
  dcgan,
  vae,
  wordLm,
  actorCriticPpo,
  finetune,
  superResolution,
  siameseTriplet,
  graph,
  pinnOde,
  transformerGpt,
  ddpm,
  simclr,
  custom,
  kfold,
];
const full = inject("tier") === "full";
const settings: InitOptions[] = full
  ? [
      { device: "cpu" },
      { device: "wasm", fusion: "verify" },
      { device: "wasm" },
      { device: "webgpu", fusion: "verify" },
      { device: "webgpu", fusion: "off" },
      { device: "webgpu" },
    ]
  : [{ device: "wasm" }, { device: "webgpu" }];
const programs = full ? all : [vae, graph];

test.each(programs)(
  "the program $name reproduces PyTorch's steps, with the same bits every time",
  { timeout: full ? 1_800_000 : 120_000 },
  async (program) => {
    for (const options of settings) {
      await init(options);
      await run(program);
    }
    const first = await run(program);
    for (let again = 1; again < (full ? 10 : 2); again++) {
      const next = await run(program);
      for (const [key, values] of first) expect(next.get(key), key).toEqual(values);
    }
  },
);

async function run(program: Program): Promise<Reference["found"]> {
  const file = new URL(`../../../../golden/programs/${program.name}.safetensors`, import.meta.url);
  const reference = new Reference(await load(await readFile(file)));
  await program.run(reference);
  return reference.found;
}

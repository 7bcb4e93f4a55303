import { readFileSync } from "node:fs";
import { init, noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { load } from "@wgrad/autograd/saving";
import { Lora, loadLora } from "@wgrad/models";
import { Conv1d, Conv2d, Embedding, Linear, Module } from "@wgrad/nn";
import { beforeAll, describe, expect, inject, test } from "vitest";

class Net extends Module<[Tensor], Tensor> {
  emb: Embedding = new Embedding(12, 8);
  conv1: Conv1d = new Conv1d(8, 6, 3, { padding: 1 });
  conv2: Conv2d = new Conv2d(1, 4, 3, { stride: 2, padding: 1 });
  grouped: Conv2d = new Conv2d(4, 4, 1, { groups: 2 });
  head: Linear = new Linear(4, 3);

  forward(ids: Tensor): Tensor {
    const x = this.conv1(this.emb(ids).transpose(1, 2)).unsqueeze(1);
    return this.head(this.grouped(this.conv2(x).relu()).mean([2, 3]));
  }
}

const file = (name: string): Uint8Array => readFileSync(new URL(name, import.meta.url));
const folder = new URL("adapter", import.meta.url);
const ids = (): Tensor => tensor(Int32Array.of(1, 5, 11, 0, 7, 3, 3, 2, 8, 9), { shape: [2, 5] });

/** The network of `generate.py` and the tensors that it wrote. */
async function made(): Promise<{ net: Net; state: Record<string, Tensor> }> {
  const state = await load(file("net.safetensors"));
  const net = new Net();
  const base = Object.entries(state).filter(([name]) => name.startsWith("base."));
  net.loadStateDict(Object.fromEntries(base.map(([name, value]) => [name.slice(5), value])));
  return { net, state };
}

const off = async (found: Tensor, wanted: Tensor): Promise<number> =>
  noGrad(() => found.sub(wanted).abs().max()).item();

/** WebGPU runs the same kernels in other tests, too. */
const devices =
  inject("tier") === "full" ? (["cpu", "wasm", "webgpu"] as const) : (["cpu", "wasm"] as const);

describe.each(devices)("on %s", (device) => {
  beforeAll(() => init({ device }));

  test("PEFT adapters of embeddings and convolutions give PEFT's results and gradients", async () => {
    const { net, state } = await made();
    const lora = await loadLora(net, folder);
    const adapted = net(ids());
    expect(await off(adapted, state.adapted as Tensor)).toBeLessThan(1e-5);
    adapted.square().sum().backward();
    for (const [name, value] of lora.namedParameters())
      expect([name, await off(value.grad as Tensor, state[`grad.${name}`] as Tensor)]).toEqual([
        name,
        expect.toSatisfy((error: number) => error < 1e-4),
      ]);
    lora.disable();
    expect(await off(net(ids()), state.plain as Tensor)).toBeLessThan(1e-5);
  });
});

describe("an adapter", () => {
  beforeAll(() => init({ device: "cpu" }));

  test("merges if all updates fit the weights, and refuses completely if one does not", async () => {
    const { net, state } = await made();
    const lora = await loadLora(net, folder);
    expect(() => lora.merge()).toThrow("grouped has 2 groups, so its update cannot be merged");
    expect(await off(net(ids()), state.adapted as Tensor)).toBeLessThan(1e-6);
    const other = (await made()).net;
    const own = new Lora(other, { r: 2, targetModules: ["emb", "conv1", "conv2", "head"] });
    const filled = Object.entries(own.stateDict()).map(([name, value], i) => [
      name,
      value.detach().add(0.02 * (i + 1)),
    ]);
    own.loadStateDict(Object.fromEntries(filled));
    const before = await other(ids()).tolist();
    own.merge();
    expect(await off(other(ids()), tensor(before as number[][]))).toBeLessThan(1e-5);
    own.unmerge();
    expect(await off(other(ids()), tensor(before as number[][]))).toBeLessThan(1e-5);
  });

  test("starts as zero, and refuses layers that it does not support", async () => {
    const { net, state } = await made();
    new Lora(net, { r: 4, targetModules: ["emb", "conv1", "conv2", "grouped"] });
    expect(await off(net(ids()), state.plain as Tensor)).toBeLessThan(1e-6);
    const beside = (r: number, targetModules: string[]) => () =>
      new Lora(new Net(), { r, targetModules });
    expect(beside(3, ["grouped"])).toThrow("2 groups, which do not divide the rank 3");
    const linear = new Lora(new Net(), { targetModules: "all-linear", r: 2 });
    expect(Object.keys(linear.stateDict())).toEqual([
      "base_model.model.head.lora_A.weight",
      "base_model.model.head.lora_B.weight",
    ]);
  });
});

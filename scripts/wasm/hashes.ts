import { arange, init, manualSeed, randn, type Tensor } from "@wgrad/autograd";
import { models } from "../steps/models.ts";
import { workloads } from "../steps/workloads.ts";

/** Results on a machine: a description of its device, and hashes of the bits of every program. */
export interface Hashes {
  readonly description: string;
  readonly bits: Readonly<Record<string, string>>;
}

/** FNV-1a hash of the bits of a value. */
async function hash(value: Tensor): Promise<string> {
  const data = await value.data();
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193);
  return (sum >>> 0).toString(16).padStart(8, "0");
}

/** Programs large enough for several threads, with every kind of kernel. */
const programs: Readonly<Record<string, () => Tensor>> = {
  product: () => randn([96, 200]).matmul(randn([200, 130])),
  "product along k": () => randn([96, 200]).matmul(randn([130, 200]).T),
  functions: () => {
    const x = randn([20_000]);
    return x.exp().add(x.tanh()).mul(x.sin()).add(x.abs().log()).sub(x.erf()).add(x.sigmoid());
  },
  rows: () =>
    randn([300, 130])
      .softmax(1)
      .sub(randn([300, 130]).logsumexp(1).unsqueeze(1)),
  sums: () =>
    randn([7, 30_000])
      .sum(1)
      .add(randn([30_000, 7]).sum(0)),
  scan: () => randn([40, 500]).cumsum(1),
  order: () => randn([3000]).argsort(),
  "table and back": () => {
    const table = randn([500, 40], { requiresGrad: true });
    table
      .indexSelect(0, arange(3000, { dtype: "i32" }).remainder(500))
      .square()
      .sum()
      .backward();
    return table.grad as Tensor;
  },
};

/** The options of the wasm device, and the models that run two steps on it. */
export interface Place {
  readonly threads?: number;
  readonly relaxed?: boolean;
  readonly steps: readonly string[];
}

/** Runs every program and the steps of the models. */
export async function hashes({ steps, ...options }: Place): Promise<Hashes> {
  const { description } = await init({ device: "wasm", ...options });
  const bits: Record<string, string> = {};
  for (const [name, run] of Object.entries(programs)) {
    manualSeed(7);
    bits[name] = await hash(run());
  }
  for (const name of steps) {
    manualSeed(7);
    const step = (models[name] as (typeof models)[string])(
      (workloads[name] as (typeof workloads)[string])(),
    );
    step.run();
    const result = step.run();
    bits[name] = await hash(step.check?.() ?? step.value?.() ?? result);
  }
  return { description, bits };
}

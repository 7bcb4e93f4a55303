import { arange, init, manualSeed, randn, type Tensor } from "@wgrad/autograd";
import { models } from "../steps/models.ts";
import { workloads } from "../steps/workloads.ts";

/** What a place computed: its device in words, and the bits of every program's results. */
export interface Hashes {
  readonly description: string;
  readonly bits: Readonly<Record<string, string>>;
}

/** FNV-1a of a value's bits. */
async function hash(value: Tensor): Promise<string> {
  const data = await value.data();
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193);
  return (sum >>> 0).toString(16).padStart(8, "0");
}

/** Large enough that threads share them; every kind of kernel. */
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

/** How the wasm device is opened, and the models that take two steps on it. */
export interface Place {
  readonly threads?: number;
  readonly relaxed?: boolean;
  readonly steps: readonly string[];
}

/** Runs every program and the models' steps. */
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

import { init, manualSeed, memory, randn, Tensor } from "@wgrad/autograd";
import type { Held, Desk as ServedDesk } from "@wgrad/worker/serve";
import { expect, inject, test, vi } from "vitest";
import type { Order } from "../../web/session/protocol.ts";
import { begin } from "../../web/worker/lesson.ts";
import type { Begin, Desk } from "../../web/worker/run.ts";

/** How the next run fails: at the end of `begin`, when its first picture is asked for, or not. */
let failure: "begin" | "snapshot" | null = null;

// The pages whose data need no server; of these the slow one in the full tier.
const pages = ["boundary", "cartpole", "clusters", "exam", "hierarchy", "optimizers"];
if (inject("tier") === "full") pages.push("autoencoder");

vi.mock("../../web/worker/trainings.ts", () => {
  const real: Readonly<Record<string, () => Promise<{ begin: Begin }>>> = {
    autoencoder: () => import("../../web/pages/autoencoder/lesson.ts"),
    boundary: () => import("../../web/pages/boundary/lesson.ts"),
    cartpole: () => import("../../web/pages/cartpole/lesson.ts"),
    clusters: () => import("../../web/pages/clusters/lesson.ts"),
    exam: () => import("../../web/pages/exam/lesson.ts"),
    hierarchy: () => import("../../web/pages/hierarchy/lesson.ts"),
    optimizers: () => import("../../web/pages/optimizers/lesson.ts"),
  };
  const failing = (load: () => Promise<{ begin: Begin }>) => async () => {
    const { begin } = await load();
    return {
      async begin(desk: Desk) {
        const run = await begin(desk);
        // The weights are on the device, as they are once anything was computed with them.
        for (const weight of run.model?.parameters() ?? []) await weight.realize();
        await desk
          .hold(randn([1000]))
          .keep()
          .realize();
        if (failure === "begin") throw new Error("the page's own data are bad");
        if (failure === null) return run;
        return { ...run, snapshot: () => Promise.reject(new Error("there is no picture")) };
      },
    };
  };
  return {
    trainings: Object.fromEntries(
      Object.entries(real).map(([name, load]) => [name, failing(load)]),
    ),
  };
});

const settings: Readonly<Record<string, Record<string, number | string>>> = {
  autoencoder: { width: 16, batch: 32, lr: 0.01 },
  boundary: {
    data: "moons",
    noise: 0.1,
    width: 8,
    depth: 2,
    sizes: "",
    activation: "tanh",
    regularization: "none",
    batch: 64,
    lr: 0.01,
  },
  cartpole: { carts: 4, lr: 0.01, way: "policy" },
  clusters: { data: "wine", k: 3 },
  exam: { lr: 1, penalty: 10 },
  hierarchy: { data: "wine", linkage: "ward" },
  optimizers: { surface: "valley", lr: 1 },
};

/** What outlives a step. */
const kept = (): number => {
  const { cells, owned } = memory().bytes;
  return cells + owned;
};

/** What the worker does with a page's run: it takes its first picture, or releases all that was held. */
async function open(page: string): Promise<() => void> {
  const held: Held[] = [];
  const desk: ServedDesk<Order> = {
    settings: { page, settings: settings[page] ?? {}, device: "wasm", file: null },
    device: { device: "wasm", description: "" },
    signal: new AbortController().signal,
    loading: () => undefined,
    hold: (first, ...others) => {
      held.push(first, ...others);
      return first;
    },
  };
  const release = (): void => {
    for (const each of held) {
      const tensors = each instanceof Tensor ? [each] : [...each.parameters(), ...each.buffers()];
      for (const tensor of tensors) tensor.dispose();
    }
  };
  manualSeed(0);
  try {
    const run = await begin(desk);
    await run.snapshot?.();
    await run.measures?.();
  } catch (error) {
    release();
    throw error;
  }
  return release;
}

test.each(pages)(
  "%s: a run that fails while it opens leaves nothing behind",
  {
    timeout: 90_000,
  },
  async (page) => {
    await init({ device: "wasm" });
    failure = null;
    const release = await open(page);
    const before = kept();
    expect(before).toBeGreaterThan(0);
    for (const way of ["begin", "snapshot", "begin"] as const) {
      failure = way;
      await expect(open(page)).rejects.toThrow();
      expect([way, kept()]).toEqual([way, before]);
    }
    release();
  },
);

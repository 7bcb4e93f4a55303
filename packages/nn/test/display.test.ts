import { init } from "@wgrad/autograd";
import { type AnyModule, LazyLinear, Linear, ReLU, Sequential } from "@wgrad/nn";
import { beforeAll, expect, test } from "vitest";

type Shown = Readonly<Record<string, string>>;

const shown = (model: unknown): Promise<Shown> =>
  (model as Record<symbol, () => Promise<Shown>>)[
    Symbol.for("Jupyter.display")
  ]?.() as Promise<Shown>;

beforeAll(() => init({ device: "cpu" }));

test("a notebook shows the layers of a module with their settings and parameters", async () => {
  const shared = new Linear(2, 2);
  const model = new Sequential(shared, new ReLU(), new Linear(2, 1), shared);
  shared.requiresGrad_(false);
  const { "text/plain": plain, "text/html": html } = await shown(model);
  expect(plain).toBe(String(model as unknown as AnyModule));
  expect(html).toContain(">Parameters: 9, trained: 3<");
  const cells = [...(html as string).matchAll(/<t[dh] [^>]*>([^<]*)</g)].map(([, text]) => text);
  expect(cells).toEqual(
    [
      ["Layer", "Settings", "Parameters"],
      ["Sequential", "", "0"],
      ["  Linear (0)", "in_features=2, out_features=2, bias=True", "6"],
      ["  ReLU (1)", "", "0"],
      ["  Linear (2)", "in_features=2, out_features=1, bias=True", "3"],
    ].flat(),
  );
});

test("a module that has no parameters yet says so", async () => {
  await expect(shown(new LazyLinear(3))).rejects.toThrow("before its first call");
});

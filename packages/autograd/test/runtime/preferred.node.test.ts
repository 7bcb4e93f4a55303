import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** What `init()` takes in a process of its own, after `before`; and what it says on the console. */
async function taken(before: string): Promise<{ device: string; said: string }> {
  const program = `
    import { nodeAdapter } from "@wgrad/autograd/node";
    import { init, tensor } from "@wgrad/autograd";
    ${before}
    const { device } = await init();
    await init();
    if ((await tensor([1, 2]).sum().item()) !== 3) throw new Error("wrong");
    console.log(device);
    process.exit();`;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--conditions=@wgrad/source", "--import", "tsx", "--input-type=module", "--eval", program],
    { cwd: new URL("../..", import.meta.url) },
  );
  return { device: stdout.trim(), said: stderr.trim() };
}

/**
 * A browser's WebGPU whose one adapter is the software adapter, which says that it is hardware or
 * not.
 */
const adapterThatIs = (software: boolean): string => `
  const { adapter } = await nodeAdapter();
  const shown = new Proxy(adapter, {
    get: (target, key) => {
      if (key === "info") return { vendor: "", architecture: "", description: "", isFallbackAdapter: ${software} };
      const value = target[key];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  Object.defineProperty(globalThis, "navigator", { value: { gpu: { requestAdapter: async () => shown } } });`;
const withoutVectors = "WebAssembly.validate = () => false;";

test.each([
  ["a GPU", adapterThatIs(false), "webgpu", /^$/],
  [
    "a software adapter",
    adapterThatIs(true),
    "wasm",
    /^wgrad: no GPU was found: tensors are on the wasm device\n.*init\(\{ device: "webgpu" \}\) takes a software adapter$/,
  ],
  [
    "a software adapter and no vectors",
    adapterThatIs(true) + withoutVectors,
    "webgpu",
    /^wgrad: no GPU and no WebAssembly vectors were found: .* software WebGPU adapter$/,
  ],
  [
    "neither",
    `Object.defineProperty(globalThis, "navigator", { value: { gpu: { requestAdapter: async () => null } } });${withoutVectors}`,
    "cpu",
    /^wgrad: no GPU and no WebAssembly vectors were found: .* cpu device, which is slow$/,
  ],
])("init() on a machine with %s", async (_, before, device, said) => {
  const found = await taken(before);
  expect(found.device).toBe(device);
  expect(found.said).toMatch(said);
});

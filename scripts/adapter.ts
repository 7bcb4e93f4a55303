/**
 * `pnpm adapter`: prints the capabilities of WebGPU and wasm on this machine, and how to get those
 * that are missing.
 */
import { init } from "@wgrad/autograd";
import { type NodeAdapter, nodeAdapter } from "@wgrad/autograd/node";
import { findChromium } from "./chromium.ts";

const driverCure: Partial<Record<NodeJS.Platform, string>> = {
  linux:
    "install the GPU's Vulkan driver and loader (Debian: apt install libvulkan1 mesa-vulkan-drivers, " +
    "NVIDIA: its driver); in a container pass through /dev/dri or use the NVIDIA runtime",
  darwin: "every Mac should have Metal; virtual machines need GPU passthrough",
  win32: "install the GPU's current driver (Direct3D 12)",
};

function printAdapter({ adapter, software }: NodeAdapter): void {
  const { info, features, limits } = adapter;
  print("adapter", info.description || info.device || "no name");
  print("vendor", [info.vendor, info.architecture].filter(Boolean).join(", "));
  print("runs on", software ? "the processor (software)" : "a GPU");
  print("subgroups", `${info.subgroupMinSize} to ${info.subgroupMaxSize} lanes`);
  print("features", [...features].sort().join(", "));
  console.log("limits");
  const names = Object.keys(Object.getPrototypeOf(limits)).sort();
  for (const name of names) print(`  ${name}`, String(limits[name as keyof GPUSupportedLimits]));
  console.log();
  if (software) cure("no GPU was found: training works but is slow", driverCure[process.platform]);
  if (!features.has("shader-f16"))
    cure("no shader-f16: this adapter does not support the dtype f16");
  if (!features.has("timestamp-query")) cure("no timestamp-query: kernels cannot be timed");
}

function print(name: string, value: string): void {
  console.log(`${name.padEnd(44)}${value}`);
}

function cure(fact: string, remedy?: string): void {
  console.log(`! ${fact}${remedy ? `\n  cure: ${remedy}` : ""}`);
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

try {
  printAdapter(await nodeAdapter());
} catch (error) {
  cure(`no WebGPU in Node: ${message(error)}`, driverCure[process.platform]);
  process.exitCode = 1;
}
try {
  const { description } = await init({ device: "webgpu", tune: true });
  print("init({ tune: true })", description);
} catch {
  // what is missing was said
}
try {
  const { description } = await init({ device: "wasm" });
  print("wasm", description);
  if (!description.includes("fused")) {
    cure(
      "no relaxed SIMD: wasm has no fused multiply-add, so products take a quarter longer",
      "use Node 22 or later (Node 20: node --experimental-wasm-relaxed-simd)",
    );
  }
} catch (error) {
  cure(`no wasm: ${message(error)}`);
}
try {
  print("browser of the tests", findChromium().executablePath);
} catch (error) {
  cure(`no browser for the tests: ${message(error)}`, "set CHROMIUM_PATH to a Chromium or Chrome");
}

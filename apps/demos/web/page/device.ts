import { devices, lackOf } from "../session/devices.ts";
import type { DeviceFacts } from "../session/protocol.ts";

/** Where the work is done, in a line, and why there, and what to do about it if that is slow. */
export function deviceLine({ kind, description, lack }: DeviceFacts): {
  line: string;
  advice: string;
} {
  const why = lack === null ? "" : lackOf(lack);
  switch (kind) {
    case "webgpu":
      return {
        line: `on ${devices.webgpu}: ${description}`,
        advice: description.includes("(software)")
          ? "This WebGPU is emulated by the processor: WebAssembly is faster here, and a graphics card would be many times."
          : "",
      };
    case "wasm":
      return { line: `on the processor: ${description}`, advice: why };
    case "cpu":
      return {
        line: `on the processor, in ${devices.cpu}`,
        advice:
          lack === null
            ? "Right, but slow: this is what the others are tested against."
            : `${why} Nor has it WebAssembly with vectors: the numbers are right, but slow.`,
      };
  }
}

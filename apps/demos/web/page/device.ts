import type { DeviceFacts } from "../session/protocol.ts";

/** Where the work is done, in a line, and what to do about it if that is slow. */
export function deviceLine({ kind, description }: DeviceFacts): { line: string; advice: string } {
  if (kind === "cpu") {
    return {
      line: "on the processor, in plain JavaScript",
      advice:
        "This browser gives no WebGPU, so the numbers are computed by JavaScript: right, but slow. " +
        "Chrome and Edge from 113, Safari from 26 and Firefox from 141 (Windows) have it; " +
        "it may need to be switched on, and a graphics driver that the browser trusts.",
    };
  }
  const software = description.includes("(software)");
  return {
    line: `on WebGPU: ${description}`,
    advice: software
      ? "This WebGPU is emulated by the processor: it works, and a graphics card would be many times faster."
      : "",
  };
}

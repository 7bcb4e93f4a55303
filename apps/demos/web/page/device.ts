import type { DeviceFacts } from "../session/protocol.ts";

/** Where the work is done, in a line, and what to do about it if that is slow. */
export function deviceLine({ kind, description }: DeviceFacts): { line: string; advice: string } {
  if (kind === "cpu") {
    return { line: "on the processor, in plain JavaScript", advice: whyNoWebGPU() };
  }
  const software = description.includes("(software)");
  return {
    line: `on WebGPU: ${description}`,
    advice: software
      ? "This WebGPU is emulated by the processor: it works, and a graphics card would be many times faster."
      : "",
  };
}

function whyNoWebGPU(): string {
  const slow = "so the numbers are computed by JavaScript: right, but slow.";
  if (!isSecureContext) {
    return (
      `Browsers give WebGPU to secure addresses only, and ${location.origin} is none, ${slow} ` +
      "Serve the gallery by https, or open it on the computer that serves it as http://localhost."
    );
  }
  if (!("gpu" in navigator)) {
    return (
      `This browser has no WebGPU, ${slow} Chrome and Edge from 113, Safari from 26 and Firefox from 141 (on Windows) ` +
      "have it; in others it may have to be switched on."
    );
  }
  return (
    `This browser has WebGPU and found no graphics card for it, ${slow} A newer graphics driver may help; chrome://gpu says ` +
    "what Chrome makes of yours."
  );
}

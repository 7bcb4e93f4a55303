import { t } from "../../src/shared/language.ts";
import { devices, lackOf } from "../session/devices.ts";
import type { Opened } from "../session/protocol.ts";

/** Where the work is done, in a line, and why there, and what to do about it if that is slow. */
export function deviceLine({ device, info: { lack } }: Opened): { line: string; advice: string } {
  const { device: kind, description } = device;
  const why = lack === null ? "" : lackOf(lack);
  switch (kind) {
    case "webgpu":
      return {
        line: t("on {webgpu}: {description}", { webgpu: devices.webgpu, description }),
        advice: description.includes("(software)")
          ? t(
              "This WebGPU is emulated by the processor: WebAssembly is faster here, and a graphics card would be many times.",
            )
          : "",
      };
    case "wasm":
      return { line: t("on the processor: {description}", { description }), advice: why };
    case "cpu":
      return {
        line: t("on the processor, in {cpu}", { cpu: devices.cpu }),
        advice:
          lack === null
            ? t("Correct, but slow: the other devices are tested against it.")
            : t(
                "{why} It has no WebAssembly with vectors either: the numbers are right, but slow.",
                {
                  why,
                },
              ),
      };
  }
}

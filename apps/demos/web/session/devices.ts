import type { DeviceName } from "@wgrad/worker";
import { t } from "../../src/shared/language.ts";

/** Where work can be done, and what people call it. */
export const devices: Readonly<Record<DeviceName, string>> = {
  webgpu: "WebGPU",
  wasm: "WebAssembly",
  cpu: t("plain JavaScript"),
};

export const isDevice = (name: string): name is DeviceName => Object.hasOwn(devices, name);

/** Why a browser does not compute on WebGPU. */
export type Lack = "insecure" | "unknown" | "adapterless" | "software";

/** The same in words, and what may help. */
export function lackOf(lack: Lack): string {
  switch (lack) {
    case "insecure":
      return t(
        "Browsers give WebGPU to secure addresses only, and {origin} is none: serve the gallery by https, or open it on the computer that serves it as http://localhost.",
        { origin: location.origin },
      );
    case "unknown":
      return t(
        "This browser has no WebGPU. Chrome and Edge from 113, Safari from 26 and Firefox from 141 (on Windows) have it; in others it may have to be switched on.",
      );
    case "adapterless":
      return t(
        "This browser has WebGPU and found no graphics card for it. A newer graphics driver may help; chrome://gpu says what Chrome makes of yours.",
      );
    case "software":
      return t(
        "This browser's WebGPU is emulated by the processor, which is slower than WebAssembly.",
      );
  }
}

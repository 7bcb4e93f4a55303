import type { Settings } from "../../session/protocol.ts";

/** Hidden layers, and units of each, that there may be. */
export const [LAYERS, MOST] = [5, 64];

/** Units of each hidden layer, as an address says them: "8-4-2"; nothing where all are alike. */
export const validSizes = (text: string): boolean => {
  if (text === "") return true;
  if (!/^\d+(-\d+)*$/.test(text)) return false;
  const sizes = text.split("-").map(Number);
  return sizes.length <= LAYERS && sizes.every((units) => units >= 1 && units <= MOST);
};

/** Units of each hidden layer: each layer's own, else as the sliders say. */
export function sizesOf({ sizes, width, depth }: Settings): readonly number[] {
  const own = String(sizes ?? "");
  if (own !== "") return own.split("-").map(Number);
  return Array.from({ length: Number(depth) }, () => Number(width));
}

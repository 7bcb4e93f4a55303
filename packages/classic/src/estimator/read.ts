import { cat, noGrad, type Tensor } from "@wgrad/autograd";

/** Reads several results at once, with one plan and one readback. Integers must be below 2²⁴. */
export async function readTogether<Parts extends Readonly<Record<string, Tensor>>>(
  parts: Parts,
): Promise<{ [Name in keyof Parts]: Float32Array }> {
  const entries = Object.entries(parts);
  const joined = noGrad(() => cat(entries.map(([, part]) => part.to("f32").reshape(-1))));
  const values = (await joined.data()) as Float32Array;
  let at = 0;
  const read = entries.map(([name, { shape }]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    at += size;
    return [name, values.slice(at - size, at)] as const;
  });
  return Object.fromEntries(read) as { [Name in keyof Parts]: Float32Array };
}

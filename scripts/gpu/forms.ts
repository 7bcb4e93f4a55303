import { profile, rand, type Tensor } from "@wgrad/autograd";
import {
  currentClass,
  type Extent,
  formFor,
  formsOf,
  inForm,
  tilingName,
} from "@wgrad/autograd/testing";
import type { FormTimes } from "./record.ts";

const extent = (m: number, k: number, n: number): Extent => ({ m, k, n, batch: 1, alongK: false });

/** Products in the measured steps, and square products. */
const products: readonly Extent[] = [
  extent(64, 784, 128),
  extent(256, 128, 512),
  extent(1, 1024, 1024),
  extent(512, 512, 512),
  extent(1024, 1024, 1024),
];
const small: readonly Extent[] = [extent(16, 64, 32), extent(64, 32, 48)];

/**
 * Times products in the forms of the device's class: all, or with `quick` the chosen form and two
 * others.
 */
export async function timeForms(quick: boolean): Promise<FormTimes[]> {
  const kind = currentClass();
  const results: FormTimes[] = [];
  for (const one of quick ? small : products) {
    const { m, k, n } = one;
    const [a, b] = [rand([m, k]), rand([k, n])];
    await Promise.all([a.data(), b.data()]);
    const chosen = formFor(kind, one);
    const others = formsOf(kind).filter((form) => tilingName(form) !== tilingName(chosen));
    const forms: { form: string; ms: number }[] = [];
    for (const form of [chosen, ...(quick ? others.slice(0, 2) : others)]) {
      const ms = await inForm(form, () => timeOf(a, b, quick ? 1 : 5));
      forms.push({ form: tilingName(form), ms });
    }
    forms.sort((x, y) => x.ms - y.ms);
    results.push({ product: `${m} × ${k} × ${n}`, chosen: tilingName(chosen), forms });
  }
  return results;
}

/** Least milliseconds of the product's kernels after compilation. */
async function timeOf(a: Tensor, b: Tensor, runs: number): Promise<number> {
  await a.matmul(b).data();
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const { kernels } = await profile(() => a.matmul(b).data());
    least = Math.min(
      least,
      kernels.reduce((sum, { totalMs }) => sum + totalMs, 0),
    );
  }
  return least;
}

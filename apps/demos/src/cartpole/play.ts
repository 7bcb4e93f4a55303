import { type Generator, noGrad, rand, type Tensor, tensor } from "@wgrad/autograd";
import { CartPole } from "./environment.ts";

/**
 * Is told what a cart went through from start to end: its four numbers before each push, one push
 * after the other.
 */
export type OnEpisode = (states: Float32Array) => void;

/** Carts at the start of an episode each. */
export async function freshCarts(count: number, generator?: Generator): Promise<CartPole[]> {
  const uniforms = await rand([count, 4], { generator }).data();
  return Array.from({ length: count }, (_, i) => {
    const cart = new CartPole();
    cart.reset(uniforms.subarray(4 * i, 4 * i + 4) as Float32Array);
    return cart;
  });
}

/** What the carts see of themselves: [carts, 4]. */
export const observe = (carts: readonly CartPole[]): Tensor =>
  tensor(carts.map(({ state }) => [...state]));

/** Pushes that each of `count` episodes lasts if the action of greatest `score` is always taken. */
export async function play(
  count: number,
  scores: (states: Tensor) => Tensor,
  generator?: Generator,
): Promise<{ lengths: number[]; mean: number }> {
  const carts = await freshCarts(count, generator);
  const lengths = carts.map(() => 0);
  const running = new Set(carts.keys());
  while (running.size > 0) {
    const actions = await noGrad(() => scores(observe(carts)).argmax(1)).data();
    for (const i of running) {
      lengths[i] = (lengths[i] as number) + 1;
      if ((carts[i] as CartPole).push(Number(actions[i])).over) running.delete(i);
    }
  }
  return { lengths, mean: lengths.reduce((sum, length) => sum + length, 0) / count };
}

import { init, randn } from "@wgrad/autograd";
import { stepBoundary } from "@wgrad/autograd/plugin";
import { expect, test } from "vitest";

/** A chance for the loop to end where nothing else gets a turn. */
const MOST = 5000;

/** Whether a timer and a message come through while `step` is awaited over and over. */
async function interrupted(step: () => Promise<unknown>): Promise<boolean> {
  let seen = 0;
  const { port1, port2 } = new MessageChannel();
  const timer = setInterval(() => seen++, 1);
  port1.onmessage = () => {
    seen += 10;
  };
  port2.postMessage(null);
  for (let i = 0; i < MOST && seen < 12; i++) await step();
  clearInterval(timer);
  port1.close();
  return seen >= 12;
}

test("timers and messages run while values are read one after another", async () => {
  await init({ device: "cpu" });
  const a = randn([16, 16]);
  expect(await interrupted(() => a.matmul(a).sum().item())).toBe(true);
});

test("timers and messages run while a loop awaits only its steps", async () => {
  await init({ device: "cpu" });
  const a = randn([16, 16]);
  const step = async () => {
    for (let i = 0; i < 3; i++) a.matmul(a).sum().realize();
    await stepBoundary();
  };
  expect(await interrupted(step)).toBe(true);
});

test("values arrive in the order of the reads", async () => {
  await init({ device: "cpu" });
  const a = randn([32, 32]);
  const arrived: number[] = [];
  const reads: Promise<void>[] = [];
  for (let i = 0; i < 40; i++) {
    const read = a.mul(i).matmul(a).sum().item();
    reads.push(read.then(() => void arrived.push(i)));
  }
  await Promise.all(reads);
  expect(arrived).toEqual([...arrived.keys()]);
});

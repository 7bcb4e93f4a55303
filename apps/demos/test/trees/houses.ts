/** Prints the lesson's houses as JSON, for `reference.py`. */
import { init } from "@wgrad/autograd";
import { type Houses, sales } from "../../src/trees/houses.ts";

await init({ device: "cpu" });
const { train, test } = await sales();
const plain = async ({ x, prices }: Houses) => ({
  x: [...(await x.data())],
  shape: x.shape,
  prices: [...prices],
});
process.stdout.write(JSON.stringify({ train: await plain(train), test: await plain(test) }));

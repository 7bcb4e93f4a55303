import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";

const root = new URL("../../../../", import.meta.url);

test("the code on docs/custom-kernels.md runs", async () => {
  const page = readFileSync(new URL("docs/custom-kernels.md", root), "utf8");
  const code = [...page.matchAll(/```ts(?: node)?\n([\s\S]*?)```/g)]
    .map(([, block]) => block)
    .join("\n");
  const folder = new URL(".reports/samples/", root);
  mkdirSync(folder, { recursive: true });
  const file = fileURLToPath(new URL("custom-kernels.ts", folder));
  writeFileSync(file, `// @ts-nocheck\n${code}`);
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    await import(file);
    const [[gradient]] = log.mock.calls[0] as [number[][]];
    const scale = 12.5 ** -0.5; // of the row 3, 4, whose mean is 3.5
    const slope = (x: number) => scale * (1 - x * scale ** 2 * 3.5);
    expect(gradient).toEqual([slope(3), slope(4)].map((value) => expect.closeTo(value, 6)));
  } finally {
    log.mockRestore();
  }
});

import { readFileSync } from "node:fs";
import { type DType, init, ones } from "@wgrad/autograd";
import { expect, test } from "vitest";

test("docs/dtypes.md has the promotion table of the operations", async () => {
  await init({ device: "cpu" });
  const lines = readFileSync("docs/dtypes.md", "utf8").split("\n");
  const start = lines.findIndex((line) => line.startsWith("| | `bool`"));
  const cells = (line: string): string[] => [...line.matchAll(/`(\w+)`/g)].map(([, x]) => `${x}`);
  const columns = cells(lines[start] as string);
  expect(columns).toHaveLength(7);
  for (const [i, row] of columns.entries()) {
    const results = columns.map(
      (column) =>
        ones([1], { dtype: row as DType }).mul(ones([1], { dtype: column as DType })).dtype,
    );
    expect(cells(lines[start + 2 + i] as string)).toEqual([row, ...results]);
  }
});

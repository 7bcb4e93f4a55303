import { arange, init, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { htmlTable } from "@wgrad/autograd/plugin";
import { beforeAll, expect, test } from "vitest";

type Shown = Readonly<Record<string, string>>;

/** What Deno's kernel takes as the value of a cell. */
const shown = (x: Tensor): Promise<Shown> =>
  (x as unknown as Record<symbol, () => Promise<Shown>>)[
    Symbol.for("Jupyter.display")
  ]?.() as Promise<Shown>;

/** Cells of a table, without its tags. */
const cells = (html: string): string[] =>
  [...html.matchAll(/<t[dh] [^>]*>([^<]*)</g)].map(([, text]) => text as string);

beforeAll(() => init({ device: "cpu" }));

test.each([
  ["a number", () => tensor(0.1), "tensor([], f32, cpu) 0.1", ["", "0", "", "0.1"]],
  [
    "a vector",
    () => tensor([1, 2]).gt(1),
    "tensor([2], bool, cpu) [false, true]",
    ["", "0", "1", "", "false", "true"],
  ],
  [
    "a matrix that is not computed yet",
    () => arange(4).view(2, 2).add(1),
    "tensor([2, 2], i32, cpu) [[1, 2], [3, 4]]",
    ["", "0", "1", "0", "1", "2", "1", "3", "4"],
  ],
  [
    "a leaf",
    () => tensor([1], { requiresGrad: true }),
    "tensor([1], f32, cpu) [1]",
    ["", "0", "", "1"],
  ],
  ["no values", () => zeros([2, 0, 3]), "tensor([2, 0, 3], f32, cpu) [[], []]", []],
])("a notebook shows %s", async (_, make, plain, expected) => {
  const { "text/plain": text, "text/html": html, ...rest } = await shown(make());
  expect([text, rest]).toEqual([plain, {}]);
  expect(cells(html as string)).toEqual(expected);
});

test("a notebook shows the first values of the first matrix, and where they are", async () => {
  const x = arange(2 * 30 * 3).view(2, 30, 3);
  const { "text/plain": text, "text/html": html } = await shown(x);
  expect(text).toMatch(/^tensor\(\[2, 30, 3\], i32, cpu\) at \[0, :10, :\] \[\[0, 1, 2\], /);
  expect(cells(html as string)).toHaveLength(11 * 4);
  expect(html).toContain(">29<");
});

test("a value that is gone is an error, as wherever it is read", async () => {
  const x = tensor([1]);
  x.dispose();
  await expect(shown(x)).rejects.toThrow("disposed");
});

test("a table escapes text, and a missing cell is a dash", () => {
  const html = htmlTable("a < b", ["x & y"], [["<b>"], [null]]);
  expect(html).toContain("a &lt; b");
  expect(cells(html)).toEqual(["x &amp; y", "&lt;b&gt;", "–"]);
});

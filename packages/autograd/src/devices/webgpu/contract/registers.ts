import type { KernelStep } from "../../device.ts";
import type { Shader, ShaderLimits, Stage } from "../shader.ts";
import { alongK, element, linesOf, ofEach, openBlock, partOf, planesOf, range } from "./block.ts";
import type { Product } from "./product.ts";
import { storeTile, sumType } from "./store.ts";

/** A thread's operands come straight from where they are, k by k: no workgroup memory, no barriers. */
export function multiplyInRegisters(
  shader: Shader,
  step: KernelStep,
  product: Product,
  limits: ShaderLimits,
): Stage {
  const { a, b } = product;
  const { tileM, tileN, groupX, groupY } = product.form;
  const { text } = shader;
  const block = openBlock(shader, product, limits);
  const top = text.let(`${block.row.text} * ${tileM * groupY}u + local / ${groupX}u`, 1, "top");
  const left = text.let(
    `${block.column.text} * ${tileN * groupX}u + local % ${groupX}u`,
    1,
    "left",
  );
  const lines = (first: string, count: number, apart: number) =>
    range(count).map((i) => `${first} + ${i * apart}u`);
  const planes = planesOf(shader, product, block);
  const rows = linesOf(shader, a, product.m, planes.a, lines(top.text, tileM, groupY));
  const columns = linesOf(shader, b, product.n, planes.b, lines(left.text, tileN, groupX));

  const sums = rows.map(() => columns.map(() => text.name("sum")));
  for (const sum of sums.flat()) text.line(`var ${sum} = ${sumType(step)}(0);`);
  const along = alongK(shader, product);
  const [from, to] = partOf(shader, product, block);
  const inner = along.from({ text: from, lanes: 1 }, text);
  text.block(`for (var k = ${from}; k < ${to}; k++)`, () => {
    const [ofA, ofB] = ofEach(
      inner.at.map((index) => [index.text]),
      a,
    );
    const x = rows.map((row) => element(shader, a, row, ofA).text);
    const y = columns.map((column) => element(shader, b, column, ofB).text);
    for (const i of range(tileM)) {
      for (const j of range(tileN)) text.line(`${sums[i]?.[j]} += ${x[i]} * ${y[j]};`);
    }
    inner.next();
  });
  storeTile(shader, step, product, block, { top, left, apart: [groupY, groupX], sums });
  return shader.stage(block.workgroups, groupX * groupY);
}

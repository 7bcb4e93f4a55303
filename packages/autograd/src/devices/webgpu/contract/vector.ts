import type { KernelStep } from "../../device.ts";
import type { Shader, ShaderLimits, Stage } from "../shader.ts";
import { alongK, element, linesOf, ofEach, openBlock, partOf, planesOf, range } from "./block.ts";
import type { Product } from "./product.ts";
import { storeTile, sumType } from "./store.ts";

/**
 * Few rows: groupY threads of a column each take every groupY-th k, and add up what they have, in an order that is fixed: by halves, or
 * where all threads are of one column and the adapter has subgroups, within these first.
 */
export function multiplyByVector(
  shader: Shader,
  step: KernelStep,
  product: Product,
  limits: ShaderLimits,
): Stage {
  const { a, b } = product;
  const { tileM, groupX, groupY: lanes } = product.form;
  const { text } = shader;
  const type = sumType(step);
  const threads = groupX * lanes;
  const block = openBlock(shader, product, limits);
  const lane = text.let(`local / ${groupX}u`, 1, "lane").text;
  const left = text.let(`${block.column.text} * ${groupX}u + local % ${groupX}u`, 1, "left");
  const planes = planesOf(shader, product, block);
  const rowNumbers = range(tileM).map((i) => `${block.row.text} * ${tileM}u + ${i}u`);
  const rows = linesOf(shader, a, product.m, planes.a, rowNumbers);
  const [column] = linesOf(shader, b, product.n, planes.b, [left.text]);
  const sums = rows.map(() => text.name("sum"));
  for (const sum of sums) text.line(`var ${sum} = ${type}(0);`);
  const along = alongK(shader, product);
  const [from, to] = partOf(shader, product, block);
  text.block(`for (var k = ${from} + ${lane}; k < ${to}; k += ${lanes}u)`, () => {
    const walked = along.at({ text: "k", lanes: 1 }, text).map((sum) => sum.terms);
    const [ofA, ofB] = ofEach(walked, a);
    const y = element(shader, b, column as (typeof rows)[number], ofB).text;
    for (const [i, row] of rows.entries()) {
      const x = element(shader, a, row, ofA).text;
      text.line(`${sums[i]} += ${x} * ${y};`);
    }
  });

  const memory = `lanes_${type}_${threads * tileM}`;
  text.declare(`var<workgroup> ${memory}: array<${type}, ${threads * tileM}>;`);
  const subgroups = limits.subgroups === true && groupX === 1 && type === "f32";
  const mine = (i: number, at = "local") => `${memory}[${i * threads}u + ${at}]`;
  for (const [i, sum] of sums.entries()) {
    if (!subgroups) text.line(`${mine(i)} = ${sum};`);
    else {
      const { text: total } = text.let(`subgroupAdd(${sum})`, 1);
      text.line(`${mine(i)} = select(0.0f, ${total}, subgroupElect());`);
    }
  }
  // which threads stand for a subgroup is not said: of the others there are zeros
  const steps = subgroups ? eighths(lanes) : halves(lanes);
  for (const { readers, from } of steps) {
    text.line("workgroupBarrier();");
    text.block(`if (${lane} < ${readers}u)`, () => {
      for (const i of range(tileM)) {
        const terms = from.map((d) => mine(i, d === 0 ? "local" : `local + ${d * groupX}u`));
        text.line(`${mine(i)} = ${terms.join(" + ")};`);
      }
    });
  }
  text.line("workgroupBarrier();");
  text.block(`if (${lane} == 0u)`, () => {
    storeTile(shader, step, product, block, {
      top: text.let(`${block.row.text} * ${tileM}u`, 1, "top"),
      left,
      apart: [1, groupX],
      sums: range(tileM).map((i) => [mine(i)]),
    });
  });
  const stage = shader.stage(block.workgroups, threads);
  return subgroups ? { ...stage, parts: null, wgsl: `enable subgroups;\n${stage.wgsl}` } : stage;
}

/** Who adds what at each step: the first half of the lanes what the second has. */
const halves = (lanes: number): { readers: number; from: readonly number[] }[] =>
  range(Math.log2(lanes)).map((i) => {
    const readers = lanes / 2 ** (i + 1);
    return { readers, from: [0, readers] };
  });

/** The same in few steps of many terms: each thread of the first eighth adds eight. */
const eighths = (lanes: number): { readers: number; from: readonly number[] }[] => {
  const readers = Math.max(1, lanes / 8);
  const step = { readers, from: range(lanes / readers).map((i) => i * readers) };
  return readers === 1 ? [step] : [step, ...eighths(readers)];
};

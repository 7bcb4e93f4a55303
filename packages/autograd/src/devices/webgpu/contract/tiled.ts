import type { KernelStep } from "../../device.ts";
import type { Shader, ShaderLimits, Stage } from "../shader.ts";
import { alongK, element, linesOf, ofEach, openBlock, partOf, planesOf, range } from "./block.ts";
import { type Factor, liesAlongK, type Product } from "./product.ts";
import { storeTile, sumType } from "./store.ts";

/**
 * The workgroup brings blockK k's of its rows of a and columns of b into its memory, each element once, and every thread
 * multiplies from there. Neighbouring threads bring neighbours in memory.
 */
export function multiplyInTiles(
  shader: Shader,
  step: KernelStep,
  product: Product,
  limits: ShaderLimits,
): Stage {
  const { a, b, form } = product;
  const { tileM, tileN, groupX, groupY, blockK } = form;
  const { text } = shader;
  const type = sumType(step);
  const threads = groupX * groupY;
  const block = openBlock(shader, product, limits);
  const top = text.let(`${block.row.text} * ${tileM * groupY}u`, 1, "top");
  const left = text.let(`${block.column.text} * ${tileN * groupX}u`, 1, "left");
  const planes = planesOf(shader, product, block);
  const [from, to] = partOf(shader, product, block);
  const last = text.let(`${to} - 1u`, 1, "last").text;
  const along = alongK(shader, product);

  /** Brings one operand's part: lines × blockK elements, `apart` from one k to the next. */
  const bring = (name: "a" | "b", factor: Factor, dims: readonly number[], first: string) => {
    const lines = name === "a" ? tileM * groupY : tileN * groupX;
    const apart = lines + 1; // so that neighbours along k are in other banks
    const memory = `tile_${name}_${apart * blockK}`;
    text.declare(`var<workgroup> ${memory}: array<${type}, ${apart * blockK}>;`);
    const neighbours = liesAlongK({ b: factor });
    const places = range(Math.ceil((lines * blockK) / threads)).map((i) => {
      const at = text.let(`local + ${i * threads}u`, 1, "at").text;
      const k = text.let(neighbours ? `${at} % ${blockK}u` : `${at} / ${lines}u`, 1, "k").text;
      const line = text.let(
        neighbours ? `${at} / ${blockK}u` : `${at} % ${lines}u`,
        1,
        "line",
      ).text;
      return { k, line, place: text.let(`${k} * ${apart}u + ${line}`, 1, "to").text };
    });
    const starts = linesOf(
      shader,
      factor,
      dims,
      planes[name],
      places.map(({ line }) => `${first} + ${line}`),
    );
    const load = () => {
      for (const [i, { k, place }] of places.entries()) {
        const at = text.let(`block + ${k}`, 1, "k").text;
        const sums = along.at(text.let(`min(${at}, ${last})`, 1, "k"), text);
        const [ofA, ofB] = ofEach(
          sums.map((sum) => sum.terms),
          a,
        );
        const walked = name === "a" ? ofA : ofB;
        const value = element(shader, factor, starts[i] as (typeof starts)[number], walked).text;
        text.line(`${memory}[${place}] = select(${type}(0), ${value}, ${at} < ${to});`);
      }
    };
    return { memory, apart, load };
  };
  const ofA = bring("a", a, product.m, top.text);
  const ofB = bring("b", b, product.n, left.text);

  const row = text.let(`local / ${groupX}u`, 1, "row").text;
  const column = text.let(`local % ${groupX}u`, 1, "column").text;
  const sums = range(tileM).map(() => range(tileN).map(() => text.name("sum")));
  for (const sum of sums.flat()) text.line(`var ${sum} = ${type}(0);`);
  text.block(`for (var block = ${from}; block < ${to}; block += ${blockK}u)`, () => {
    ofA.load();
    ofB.load();
    text.line("workgroupBarrier();");
    text.block(`for (var k = 0u; k < ${blockK}u; k++)`, () => {
      const read = (
        { memory, apart }: typeof ofA,
        first: string,
        count: number,
        step: number,
      ): string[] => {
        const start = text.let(`k * ${apart}u + ${first}`, 1, "i").text;
        return range(count).map((i) => text.let(`${memory}[${start} + ${i * step}u]`, 1, "x").text);
      };
      const x = read(ofA, row, tileM, groupY);
      const y = read(ofB, column, tileN, groupX);
      for (const i of range(tileM)) {
        for (const j of range(tileN)) text.line(`${sums[i]?.[j]} += ${x[i]} * ${y[j]};`);
      }
    });
    text.line("workgroupBarrier();");
  });
  storeTile(shader, step, product, block, {
    top: text.let(`${top.text} + ${row}`, 1, "top"),
    left: text.let(`${left.text} + ${column}`, 1, "left"),
    apart: [groupY, groupX],
    sums,
  });
  return shader.stage(block.workgroups, threads);
}

import type { DType } from "../../dtype.ts";
import type { WgslValue } from "../../kernel/wgsl.ts";
import { contiguousStrides, sizeOf } from "../../shape.ts";
import type { Kernel, KernelOperand, KernelStep } from "../device.ts";
import { Position } from "./position.ts";
import { fold, Shader, type ShaderLimits, type Stage, shapeOf } from "./shader.ts";
import type { Words } from "./words.ts";

/** The block of outputs that a thread keeps in registers, and the threads of a workgroup. */
interface Tiling {
  readonly tileM: number;
  readonly tileN: number;
  readonly groupX: number;
  readonly groupY: number;
}

/**
 * c[…, m, n] = Σₖ a[…, m, k] · b[…, k, n] with any strides, so that transposes and broadcasts are never made. No
 * workgroup memory and no barriers: what counts is multiply-adds per load, in registers.
 */
export function contractStages(kernel: Kernel, words: Words, limits: ShaderLimits): Stage[] {
  const step = kernel.steps.at(-1) as KernelStep;
  const [a, b] = step.operands as [KernelOperand, KernelOperand];
  const [m, k] = shapeOf(a).slice(-2) as [number, number];
  const n = shapeOf(b).at(-1) as number;
  const batchDims = shapeOf(a).slice(0, -2);
  const batch = sizeOf(batchDims);
  if (batch * m * n === 0) return [];
  const tiling = tilingFor(m, n, batch);
  const { tileM, tileN, groupX, groupY } = tiling;
  const blocksM = Math.ceil(m / (tileM * groupY));
  const blocksN = Math.ceil(n / (tileN * groupX));

  const shader = new Shader(kernel, words);
  const { text } = shader;
  const strides = [a, b].map((operand) => operand.view?.strides ?? contiguousStrides(operand.base));
  const workgroups = fold(blocksM * blocksN * batch, limits);
  const block = text.let(`group.y * ${words.number(workgroups[0])} + group.x`, 1, "block");
  text.line(`if (${block.text} >= ${words.number(blocksM * blocksN * batch)}) { return; }`);
  const column = words.number(blocksN);
  const above = text.let(`${block.text} / ${column}`, 1, "q");
  const plane = text.let(`${above.text} / ${words.number(blocksM)}`, 1, "plane");
  const blockM = text.let(`${above.text} - ${plane.text} * ${words.number(blocksM)}`, 1, "q");
  const blockN = text.let(`${block.text} - ${above.text} * ${column}`, 1, "q");
  const top = text.let(`${blockM.text} * ${tileM * groupY}u + local / ${groupX}u`, 1, "top");
  const left = text.let(`${blockN.text} * ${tileN * groupX}u + local % ${groupX}u`, 1, "left");

  // Where each of the thread's rows of a and columns of b begins; past the edge the last one is read again.
  const planes = new Position(
    words,
    text,
    [{ dims: batchDims, index: plane }],
    [a, b].map((operand, i) => ({
      operand,
      strides: (strides[i] as readonly number[]).slice(0, -2),
      offset: operand.view === null ? words.number(0) : words.parameter(operand.offset),
    })),
  );
  planes.prepare(0);
  const lastRow = words.number(m - 1);
  const lastColumn = words.number(n - 1);
  const rowStride = words.number((strides[0] as number[]).at(-2) as number);
  const columnStride = words.number((strides[1] as number[]).at(-1) as number);
  const rows = range(tileM).map((i) =>
    text.let(
      `${planes.read(a).text} + min(${top.text} + ${i * groupY}u, ${lastRow}) * ${rowStride}`,
      1,
      "a",
    ),
  );
  const columns = range(tileN).map((j) =>
    text.let(
      `${planes.read(b).text} + min(${left.text} + ${j * groupX}u, ${lastColumn}) * ${columnStride}`,
      1,
      "b",
    ),
  );

  const type = scalarType(step.dtype);
  const sums = rows.map(() => columns.map(() => text.name("sum")));
  for (const sum of sums.flat()) text.line(`var ${sum} = ${type}(0);`);
  text.line("var ka = 0u;");
  text.line("var kb = 0u;");
  text.block(`for (var k = 0u; k < ${words.number(k)}; k++)`, () => {
    const element = (operand: KernelOperand, base: WgslValue, along: string) =>
      shader.element(operand, text.let(`${base.text} + ${along}`, 1, "i"));
    const left = rows.map((base) => element(a, base, "ka"));
    const right = columns.map((base) => element(b, base, "kb"));
    left.forEach((x, i) => {
      right.forEach((y, j) => {
        text.line(`${sums[i]?.[j]} += ${x.text} * ${y.text};`);
      });
    });
    text.line(`ka += ${words.number((strides[0] as number[]).at(-1) as number)};`);
    text.line(`kb += ${words.number((strides[1] as number[]).at(-2) as number)};`);
  });

  const out = shader.output(false);
  const [rowCount, columnCount] = [words.number(m), words.number(n)];
  const from = text.let(`${plane.text} * ${words.number(m * n)}`, 1, "o");
  for (const i of range(tileM)) {
    const row = text.let(`${top.text} + ${i * groupY}u`, 1, "row");
    text.block(`if (${row.text} < ${rowCount})`, () => {
      const start = text.let(`${from.text} + ${row.text} * ${columnCount}`, 1, "o");
      for (const j of range(tileN)) {
        const at = `${left.text} + ${j * groupX}u`;
        text.line(
          `if (${at} < ${columnCount}) { ${out}[${start.text} + ${at}] = ${sums[i]?.[j]}; }`,
        );
      }
    });
  }
  return [shader.stage(workgroups, groupX * groupY)];
}

/** Measured on a software adapter; see the README. */
function tilingFor(m: number, n: number, batch: number): Tiling {
  if (n === 1) return { tileM: 4, tileN: 1, groupX: 1, groupY: 32 };
  if (n <= 16) return { tileM: 4, tileN: n <= 10 ? 5 : 8, groupX: 2, groupY: 16 };
  if (m <= 4) return { tileM: Math.min(m, 4), tileN: 4, groupX: 32, groupY: 1 };
  if (Math.ceil(m / 32) * Math.ceil(n / 32) * batch < 8) {
    return { tileM: 4, tileN: 4, groupX: 8, groupY: 8 };
  }
  return { tileM: 8, tileN: 8, groupX: 4, groupY: 4 };
}

const scalarType = (dtype: DType): string => (dtype === "f32" || dtype === "i32" ? dtype : "u32");
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

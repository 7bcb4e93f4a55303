import { storageType, type WgslValue } from "../../kernel/wgsl.ts";
import { contiguousStrides, sizeOf } from "../../shape.ts";
import type { Kernel, KernelOperand, KernelStep } from "../device.ts";
import { Position } from "./position.ts";
import { divide } from "./reduce.ts";
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
 * workgroup memory and no barriers: what counts is multiply-adds per load, in registers. Where there are few outputs and
 * many k, these are cut into parts whose sums a second dispatch adds, in order.
 */
export function contractStages(
  kernel: Kernel,
  words: Words,
  limits: ShaderLimits,
): { stages: Stage[]; scratch: number[] } {
  const step = kernel.steps.at(-1) as KernelStep;
  const [a, b] = step.operands as [KernelOperand, KernelOperand];
  const shapeA = shapeOf(a);
  const [m, k] = shapeA.slice(-2) as [number, number];
  const n = shapeOf(b).at(-1) as number;
  const batchDims = shapeA.slice(0, -2);
  const outputs = sizeOf(batchDims) * m * n;
  if (outputs === 0) return { stages: [], scratch: [] };
  const { parts, part } = divide(outputs, k);
  const product = { step, a, b, m, k, n, batchDims, parts, part };
  const stages = [multiply(new Shader(kernel, words), product, limits)];
  if (parts === 1) return { stages, scratch: [] };
  stages.push(addParts(new Shader(kernel, words), product, outputs, limits));
  return { stages, scratch: [outputs * parts * 4] };
}

interface Product {
  readonly step: KernelStep;
  readonly a: KernelOperand;
  readonly b: KernelOperand;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly batchDims: readonly number[];
  readonly parts: number;
  readonly part: number;
}

function multiply(shader: Shader, product: Product, limits: ShaderLimits): Stage {
  const { step, a, b, m, k, n, batchDims, parts, part } = product;
  const { text, words } = shader;
  const batch = sizeOf(batchDims);
  const { tileM, tileN, groupX, groupY } = tilingFor(m, n, batch);
  const blocksM = Math.ceil(m / (tileM * groupY));
  const blocksN = Math.ceil(n / (tileN * groupX));
  const blocks = blocksM * blocksN * batch * parts;

  // Which block of outputs: the part of k, then the plane of the batch, the rows, the columns.
  const workgroups = fold(blocks, limits);
  const block = text.let(`group.y * ${words.number(workgroups[0])} + group.x`, 1, "block");
  text.line(`if (${block.text} >= ${words.number(blocks)}) { return; }`);
  const digit = (value: WgslValue, base: number, name: string) => {
    const size = words.number(base);
    const quotient = text.let(`${value.text} / ${size}`, 1, "q");
    return [quotient, text.let(`${value.text} - ${quotient.text} * ${size}`, 1, name)] as const;
  };
  const [upper, blockN] = digit(block, blocksN, "column");
  const [planes, blockM] = digit(upper, blocksM, "row");
  const [slice, plane] = parts === 1 ? [null, planes] : digit(planes, batch, "plane");
  const top = text.let(`${blockM.text} * ${tileM * groupY}u + local / ${groupX}u`, 1, "top");
  const left = text.let(`${blockN.text} * ${tileN * groupX}u + local % ${groupX}u`, 1, "left");

  // Where each of the thread's rows of a and columns of b begins; past the edge the last one is read again.
  const [stridesA, stridesB] = [stridesOf(a), stridesOf(b)];
  const offset = (operand: KernelOperand) =>
    operand.view === null ? words.number(0) : words.parameter(operand.offset);
  const at = new Position(
    words,
    text,
    [{ dims: batchDims, index: plane }],
    [
      { operand: a, strides: stridesA.slice(0, -2), offset: offset(a) },
      { operand: b, strides: stridesB.slice(0, -2), offset: offset(b) },
    ],
  );
  at.prepare(0);
  const starts = (
    operand: KernelOperand,
    count: number,
    first: WgslValue,
    apart: number,
    size: number,
    stride: number | undefined,
  ) => {
    const base = at.read(operand).text;
    const last = words.number(size - 1);
    const step = words.number(stride as number);
    const start = (i: number) => `${base} + min(${first.text} + ${i * apart}u, ${last}) * ${step}`;
    return range(count).map((i) => text.let(start(i), 1, "start"));
  };
  const rows = starts(a, tileM, top, groupY, m, stridesA.at(-2));
  const columns = starts(b, tileN, left, groupX, n, stridesB.at(-1));

  const type = storageType(step.dtype);
  const sums = rows.map(() => columns.map(() => text.name("sum")));
  for (const sum of sums.flat()) text.line(`var ${sum} = ${type}(0);`);
  const alongA = words.number(stridesA.at(-1) as number);
  const alongB = words.number(stridesB.at(-2) as number);
  let [from, to] = ["0u", words.number(k)];
  if (slice !== null) {
    const size = words.number(part);
    from = text.let(`${slice.text} * ${size}`, 1, "from").text;
    to = text.let(`min(${from} + ${size}, ${to})`, 1, "to").text;
  }
  text.line(`var ka = ${slice === null ? "0u" : `${from} * ${alongA}`};`);
  text.line(`var kb = ${slice === null ? "0u" : `${from} * ${alongB}`};`);
  text.block(`for (var k = ${from}; k < ${to}; k++)`, () => {
    const element = (operand: KernelOperand, start: WgslValue, along: string) =>
      shader.element(operand, text.let(`${start.text} + ${along}`, 1, "i"));
    const x = rows.map((start) => element(a, start, "ka"));
    const y = columns.map((start) => element(b, start, "kb"));
    for (const i of range(tileM)) {
      for (const j of range(tileN)) {
        text.line(`${sums[i]?.[j]} += ${x[i]?.text} * ${y[j]?.text};`);
      }
    }
    text.line(`ka += ${alongA};`);
    text.line(`kb += ${alongB};`);
  });

  const out = slice === null ? shader.output(false) : shader.bind({ scratch: 0 }, type, true);
  const [rowCount, columnCount] = [words.number(m), words.number(n)];
  const origin = text.let(`${planes.text} * ${words.number(m * n)}`, 1, "o");
  for (const i of range(tileM)) {
    const row = text.let(`${top.text} + ${i * groupY}u`, 1, "row");
    text.block(`if (${row.text} < ${rowCount})`, () => {
      const start = text.let(`${origin.text} + ${row.text} * ${columnCount}`, 1, "o");
      for (const j of range(tileN)) {
        const column = `${left.text} + ${j * groupX}u`;
        const store = `${out}[${start.text} + ${column}] = ${sums[i]?.[j]};`;
        text.line(`if (${column} < ${columnCount}) { ${store} }`);
      }
    });
  }
  return shader.stage(workgroups, groupX * groupY);
}

function addParts(shader: Shader, product: Product, outputs: number, limits: ShaderLimits): Stage {
  const { text, words } = shader;
  const type = storageType(product.step.dtype);
  return shader.perThread(outputs, limits, () => {
    const scratch = shader.bind({ scratch: 0 }, type, false);
    text.line(`var sum = ${type}(0);`);
    text.block(`for (var part = 0u; part < ${words.number(product.parts)}; part++)`, () => {
      text.line(`sum += ${scratch}[part * ${words.number(outputs)} + thread];`);
    });
    text.line(`${shader.output(false)}[thread] = sum;`);
  });
}

const stridesOf = (operand: KernelOperand): readonly number[] =>
  operand.view?.strides ?? contiguousStrides(operand.base);

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

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

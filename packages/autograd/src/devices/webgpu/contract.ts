import { rounded, storageType, type WgslValue } from "../../kernel/wgsl.ts";
import { contiguousStrides, sizeOf } from "../../shape.ts";
import type { Kernel, KernelOperand, KernelStep } from "../device.ts";
import { Walks } from "./position.ts";
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
 * c[batch…, m…, n…] = Σₖ a[batch…, m…, k…] · b[batch…, k…, n…] with any strides, so that transposes, broadcasts and windows
 * are never made. No workgroup memory and no barriers: what counts is multiply-adds per load, in registers. Where there are
 * few outputs and many k, these are cut into parts whose sums a second dispatch adds, in order.
 */
export function contractStages(
  kernel: Kernel,
  step: KernelStep,
  words: Words,
  limits: ShaderLimits,
): { stages: Stage[]; scratch: number[] } {
  const product = productOf(step, limits.software);
  const { batch, m, n, parts } = product;
  const outputs = sizeOf([...batch, ...m, ...n]);
  if (outputs === 0) return { stages: [], scratch: [] };
  const stages = [multiply(new Shader(kernel, words), step, product, limits)];
  if (parts === 1) return { stages, scratch: [] };
  stages.push(addParts(new Shader(kernel, words), step, product, outputs, limits));
  return { stages, scratch: [outputs * parts * 4] };
}

/** One factor: strides along the batch, along the outputs' dimensions that are its own, and along k. */
interface Factor {
  readonly operand: KernelOperand;
  readonly batch: readonly number[];
  readonly own: readonly number[];
  readonly k: readonly number[];
}

interface Product {
  readonly type: string;
  readonly a: Factor;
  readonly b: Factor;
  readonly batch: readonly number[];
  readonly m: readonly number[];
  readonly n: readonly number[];
  readonly k: readonly number[];
  readonly tiling: Tiling;
  /** Blocks of outputs, one a workgroup. */
  readonly blocksM: number;
  readonly blocksN: number;
  /** k is cut into so many parts of so many. */
  readonly parts: number;
  readonly part: number;
}

function productOf({ operands, attrs, dtype }: KernelStep, software: boolean): Product {
  const [left, right] = operands as [KernelOperand, KernelOperand];
  const [shapeA, shapeB] = [shapeOf(left), shapeOf(right)];
  const [nb, nm, nn, nk] = (attrs.length > 0 ? attrs : [shapeA.length - 2, 1, 1, 1]) as [
    number,
    number,
    number,
    number,
  ];
  const [stridesA, stridesB] = [stridesOf(left), stridesOf(right)];
  const batch = shapeA.slice(0, nb);
  const m = shapeA.slice(nb, nb + nm);
  const k = shapeA.slice(nb + nm);
  const n = shapeB.slice(nb + nk);
  const tiling = tilingFor(sizeOf(m), sizeOf(n), software);
  const blocksM = Math.ceil(sizeOf(m) / (tiling.tileM * tiling.groupY));
  const blocksN = Math.ceil(sizeOf(n) / (tiling.tileN * tiling.groupX));
  const blocks = blocksM * blocksN * sizeOf(batch);
  return {
    type: dtype === "f16" ? "f32" : storageType(dtype),
    a: {
      operand: left,
      batch: stridesA.slice(0, nb),
      own: stridesA.slice(nb, nb + nm),
      k: stridesA.slice(nb + nm),
    },
    b: {
      operand: right,
      batch: stridesB.slice(0, nb),
      own: stridesB.slice(nb + nk, nb + nk + nn),
      k: stridesB.slice(nb, nb + nk),
    },
    batch,
    m,
    n,
    k,
    tiling,
    blocksM,
    blocksN,
    ...cut(sizeOf([...batch, ...m, ...n]), sizeOf(k), blocks, software),
  };
}

function multiply(shader: Shader, step: KernelStep, product: Product, limits: ShaderLimits): Stage {
  const { type, a, b, parts, part } = product;
  const { text, words } = shader;
  const [batch, m, n, k] = [product.batch, product.m, product.n, product.k].map(sizeOf) as [
    number,
    number,
    number,
    number,
  ];
  const { blocksM, blocksN, tiling } = product;
  const { tileM, tileN, groupX, groupY } = tiling;
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
  const walks = new Walks(words, product.batch, [a.batch, b.batch], true).at(plane, text);
  const starts = (
    factor: Factor,
    walk: number,
    dims: readonly number[],
    count: number,
    first: WgslValue,
    apart: number,
  ): WgslValue[] => {
    const { view, offset } = factor.operand;
    const base = [
      view === null ? words.number(0) : words.parameter(offset),
      ...(walks[walk]?.terms ?? []),
    ];
    const plane = text.let(base.join(" + "), 1, "start");
    const last = words.number(sizeOf(dims) - 1);
    const own = new Walks(words, dims, [factor.own], true);
    return range(count).map((i) => {
      const at = text.let(`min(${first.text} + ${i * apart}u, ${last})`, 1, "at");
      const [sum] = own.at(at, text);
      return text.let([plane.text, ...(sum?.terms ?? [])].join(" + "), 1, "start");
    });
  };
  const rows = starts(a, 0, product.m, tileM, top, groupY);
  const columns = starts(b, 1, product.n, tileN, left, groupX);

  const sums = rows.map(() => columns.map(() => text.name("sum")));
  for (const sum of sums.flat()) text.line(`var ${sum} = ${type}(0);`);
  const along = new Walks(words, product.k, [a.k, b.k], true);
  let [from, to] = ["0u", words.number(k)];
  if (slice !== null) {
    const size = words.number(part);
    from = text.let(`${slice.text} * ${size}`, 1, "from").text;
    to = text.let(`min(${from} + ${size}, ${to})`, 1, "to").text;
  }
  const inner = along.from({ text: from, lanes: 1 }, text);
  text.block(`for (var k = ${from}; k < ${to}; k++)`, () => {
    const elements = ({ operand }: Factor, starts: readonly WgslValue[], walk: number) =>
      starts.map((start) => {
        const index = [start, ...inner.at.slice(walk, walk + 1)].map((term) => term.text);
        return shader.element(operand, text.let(index.join(" + "), 1, "i")).text;
      });
    const x = elements(a, rows, 0);
    const y = elements(b, columns, 1);
    for (const i of range(tileM)) {
      for (const j of range(tileN)) text.line(`${sums[i]?.[j]} += ${x[i]} * ${y[j]};`);
    }
    inner.next();
  });

  const [rowCount, columnCount] = [words.number(m), words.number(n)];
  const origin = text.let(`${planes.text} * ${words.number(m * n)}`, 1, "o");
  if (slice === null && shader.kernel.steps.at(-1) !== step) {
    // what follows is written once, in a loop over the block, and not for each of its elements
    text.line(`var results: array<${type}, ${tileM * tileN}>;`);
    for (const i of range(tileM)) {
      for (const j of range(tileN)) text.line(`results[${i * tileN + j}] = ${sums[i]?.[j]};`);
    }
    text.block(`for (var e = 0u; e < ${tileM * tileN}u; e++)`, () => {
      const row = text.let(`${top.text} + (e / ${tileN}u) * ${groupY}u`, 1, "row");
      const column = text.let(`${left.text} + (e % ${tileN}u) * ${groupX}u`, 1, "column");
      text.block(`if (${row.text} < ${rowCount} && ${column.text} < ${columnCount})`, () => {
        const index = `${origin.text} + ${row.text} * ${columnCount} + ${column.text}`;
        shader.storeOne(step, text.let("results[e]", 1), text.let(index, 1, "o"));
      });
    });
    return shader.stage(workgroups, groupX * groupY);
  }
  const out = slice === null ? shader.output(false) : shader.bind({ scratch: 0 }, type, true);
  for (const i of range(tileM)) {
    const row = text.let(`${top.text} + ${i * groupY}u`, 1, "row");
    text.block(`if (${row.text} < ${rowCount})`, () => {
      const start = text.let(`${origin.text} + ${row.text} * ${columnCount}`, 1, "o");
      for (const j of range(tileN)) {
        const column = `${left.text} + ${j * groupX}u`;
        if (slice === null && step.dtype === "f16") {
          text.block(`if (${column} < ${columnCount})`, () => {
            const half = rounded({ text: sums[i]?.[j] as string, lanes: 1 }, "f16", text);
            text.line(`${out}[${start.text} + ${column}] = ${shader.stored(half.text, "f16")};`);
          });
          continue;
        }
        const store = `${out}[${start.text} + ${column}] = ${sums[i]?.[j]};`;
        text.line(`if (${column} < ${columnCount}) { ${store} }`);
      }
    });
  }
  return shader.stage(workgroups, groupX * groupY);
}

function addParts(
  shader: Shader,
  step: KernelStep,
  product: Product,
  outputs: number,
  limits: ShaderLimits,
): Stage {
  const { text, words } = shader;
  const { type } = product;
  return shader.perThread(outputs, limits, () => {
    const scratch = shader.bind({ scratch: 0 }, type, false);
    text.line(`var sum = ${type}(0);`);
    text.block(`for (var part = 0u; part < ${words.number(product.parts)}; part++)`, () => {
      text.line(`sum += ${scratch}[part * ${words.number(outputs)} + thread];`);
    });
    shader.storeOne(step, { text: "sum", lanes: 1 }, { text: "thread", lanes: 1 });
  });
}

const stridesOf = (operand: KernelOperand): readonly number[] =>
  operand.view?.strides ?? contiguousStrides(operand.base);

/** What a software adapter was measured to like; on a GPU, more threads with less in registers. */
function tilingFor(m: number, n: number, software: boolean): Tiling {
  if (n === 1) return { tileM: 4, tileN: 1, groupX: 1, groupY: 32 };
  if (m <= 4) return { tileM: m, tileN: 4, groupX: 32, groupY: 1 };
  if (software) return leastWaste(m, n);
  // few rows: a workgroup that is wide instead of square
  const rows = (most: number, tile: number) => Math.min(most, 2 ** Math.ceil(Math.log2(m / tile)));
  if (n <= 16) return { tileM: 2, tileN: n <= 10 ? 5 : 8, groupX: 2, groupY: rows(16, 2) };
  const groupY = rows(8, 4);
  return { tileM: 4, tileN: 4, groupX: 64 / groupY, groupY };
}

/** Tiles of a software adapter, the usual one first: another is worth a pipeline of its own if it saves a fifth. */
const tiles: readonly Tiling[] = [
  [4, 4],
  [2, 8],
  [1, 16],
  [8, 2],
  [2, 4],
  [4, 2],
  [1, 8],
  [2, 2],
  [1, 4],
].flatMap(([groupY, groupX]) =>
  [
    [8, 8],
    [8, 5],
    [4, 4],
    [4, 5],
  ].map(([tileM, tileN]) => ({ tileM, tileN, groupX, groupY }) as Tiling),
);

function leastWaste(m: number, n: number): Tiling {
  let best = tiles[0] as Tiling;
  let least = 0.8 * wasteOf(best, m, n);
  for (const tiling of tiles) {
    const waste = wasteOf(tiling, m, n);
    if (waste >= least) continue;
    best = tiling;
    least = waste;
  }
  return best;
}

/** Products with those beyond the edges; a load of four lanes costs as much as five products of them. */
function wasteOf({ tileM, tileN, groupX, groupY }: Tiling, m: number, n: number): number {
  const whole = (size: number, block: number) => Math.ceil(size / block) * block;
  const area = whole(m, tileM * groupY) * whole(n, tileN * groupX);
  return area * (1 + (5 * (tileM + tileN)) / (tileM * tileN));
}

/** Into how many parts of how many k the sums are cut, so that few blocks of outputs keep the device busy. */
function cut(
  outputs: number,
  k: number,
  blocks: number,
  software: boolean,
): { parts: number; part: number } {
  const few = divide(outputs, k);
  const [wanted, least] = software ? [16, 2048] : [128, 256];
  const parts = Math.min(16, Math.ceil(wanted / blocks), Math.floor(k / least));
  if (parts <= few.parts) return few;
  const part = Math.ceil(k / parts);
  return { parts: Math.ceil(k / part), part };
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

import { isFloating } from "../../dtype.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import type { WgslValue } from "../../kernel/wgsl.ts";
import { sizeOf } from "../../shape.ts";
import type { Kernel, KernelOperand, KernelStep } from "../device.ts";
import { ofTwo, shapeOf } from "./lines.ts";
import { Position } from "./position.ts";
import { type BindingSource, Shader, type ShaderLimits, type Stage } from "./shader.ts";
import type { Words } from "./words.ts";

/** Elements of the runs that the first dispatch sorts. */
const RUN = 16;

/**
 * A merge sort of indices by rank: a thread an element, and a dispatch a doubling of the sorted runs. In each a thread finds by binary
 * search how many elements of the neighbouring run come before its own, and so where it goes. Stable; NaN is greatest.
 */
export function sortStages(
  kernel: Kernel,
  words: Words,
  limits: ShaderLimits,
): { stages: Stage[]; scratch: number[] } {
  const step = kernel.steps.at(-1) as KernelStep;
  const operand = step.operands[0] as KernelOperand;
  const shape = shapeOf(operand);
  const length = shape.at(-1) as number;
  const outer = shape.slice(0, -1);
  const rows = sizeOf(outer);
  if (rows * length === 0) return { stages: [], scratch: [] };
  const of = operand.dtype;
  const descending = step.attrs[0] === 1;
  const before = (a: Expr, b: Expr): Expr => {
    const first = descending ? e.gt(a, b) : e.lt(a, b);
    if (!isFloating(of)) return first;
    const [nan, other] = descending ? [a, b] : [b, a];
    const ordered = e.and(first, e.not(e.or(e.isNan(a), e.isNan(b))));
    return e.or(ordered, e.and(e.isNan(nan), e.not(e.isNan(other))));
  };

  const merges = Math.max(0, Math.ceil(Math.log2(length / RUN)));
  /** Where the result of a dispatch goes, so that the last one's is the output. */
  const bufferOf = (stage: number): BindingSource =>
    (merges - stage) % 2 === 0 ? { output: 0 } : { scratch: 0 };

  const perElement = (body: (shader: Shader, element: Element) => void): Stage => {
    const shader = new Shader(kernel, words);
    const { text } = shader;
    return shader.perThread(rows * length, limits, () => {
      const n = words.number(length);
      const row = text.let(`thread / ${n}`, 1, "row");
      const start = text.let(`${row.text} * ${n}`, 1, "start");
      const i = text.let(`thread - ${start.text}`, 1, "i");
      const key = (index: WgslValue) => {
        const segments = [
          { dims: outer, index: row },
          { dims: [length], index },
        ];
        const at = new Position(words, text, segments, shader.operandReadings(operand));
        at.prepare(0);
        at.prepare(1);
        return shader.operand(operand, at);
      };
      body(shader, { start: start.text, i, n, key });
    });
  };

  const runs = perElement((shader, { start, i, n, key }) => {
    const { text } = shader;
    const own = key(i);
    const first = text.let(`${i.text} - ${i.text} % ${RUN}u`, 1, "first");
    text.line(`var rank = ${first.text};`);
    text.block(`for (var j = ${first.text}; j < min(${first.text} + ${RUN}u, ${n}); j++)`, () => {
      const other = key({ text: "j", lanes: 1 });
      const comes = ofTwo(before, of, other, own, text);
      const goes = ofTwo(before, of, own, other, text);
      text.line(`if (${comes.text} || (j < ${i.text} && !${goes.text})) { rank++; }`);
    });
    const out = shader.bind(bufferOf(0), "i32", true);
    text.line(`${out}[${start} + rank] = i32(${i.text});`);
  });

  const stages = [runs];
  for (let merge = 1; merge <= merges; merge++) {
    const width = RUN * 2 ** (merge - 1);
    const stage = perElement((shader, { start, i, n, key }) => {
      const { text } = shader;
      const from = shader.bind(bufferOf(merge - 1), "i32", false);
      const out = shader.bind(bufferOf(merge), "i32", true);
      const size = words.number(width);
      const left = text.let(`${i.text} - ${i.text} % (2u * ${size})`, 1, "left");
      const middle = text.let(`min(${left.text} + ${size}, ${n})`, 1, "middle");
      const index = text.let(`u32(${from}[${start} + ${i.text}])`, 1);
      const own = key(index);
      const isLeft = text.let(`${i.text} < ${middle.text}`, 1);
      const end = `min(${middle.text} + ${size}, ${n})`;
      text.line(`var low = select(${left.text}, ${middle.text}, ${isLeft.text});`);
      text.line(`var high = select(${middle.text}, ${end}, ${isLeft.text});`);
      text.block("while (low < high)", () => {
        const probe = text.let("(low + high) / 2u", 1);
        const other = key(text.let(`u32(${from}[${start} + ${probe.text}])`, 1));
        const comes = ofTwo(before, of, other, own, text);
        const goes = ofTwo(before, of, own, other, text);
        const counts = `select(!${goes.text}, ${comes.text}, ${isLeft.text})`;
        text.line(`if (${counts}) { low = ${probe.text} + 1u; } else { high = ${probe.text}; }`);
      });
      // of its own run as many come first as stand before it
      text.line(`${out}[${start} + ${i.text} + low - ${middle.text}] = i32(${index.text});`);
    });
    stages.push(stage);
  }
  return { stages, scratch: merges > 0 ? [rows * length * 4] : [] };
}

interface Element {
  /** Where its row begins. */
  readonly start: string;
  /** Its place in the row. */
  readonly i: WgslValue;
  /** The length of a row. */
  readonly n: string;
  /** The operand at an index in the row. */
  key(index: WgslValue): WgslValue;
}

import type { DType } from "../../dtype.ts";
import { LimitError } from "../../errors.ts";
import type { Elementwise } from "../../graph/op.ts";
import { e } from "../../kernel/expression.ts";
import {
  isHalf,
  renderExpression,
  rounded,
  storageType,
  WgslText,
  type WgslValue,
  wgslType,
} from "../../kernel/wgsl.ts";
import type { Kernel, KernelInput, KernelOperand, KernelStep } from "../device.ts";
import type { Tiling } from "./attention/forms.ts";
import type { Form } from "./contract/forms.ts";
import { assembled, gathered, lineReading } from "./loads.ts";
import { Position, type Reading } from "./position.ts";
import { bounded, type Walk, walkOf } from "./walk.ts";
import type { Words } from "./words.ts";

/** Threads of a workgroup, where they do not work together and nothing else is said. */
const WORKGROUP = 64;

/** A buffer that one dispatch binds. */
export type BindingSource =
  | { readonly input: number }
  | { readonly scratch: number }
  /** Of the steps that the kernel stores. */
  | { readonly output: number };

export interface Binding {
  readonly source: BindingSource;
  readonly writable: boolean;
  /** The part that is bound; all, if not given. */
  readonly range?: { readonly offset: number; readonly size: number };
  /** All of the memory that the buffer shares with others is bound. */
  readonly slab?: boolean;
}

/** One dispatch: text, what it binds (from binding 1; 0 is the uniform block), how many workgroups. */
export interface Stage {
  readonly wgsl: string;
  readonly bindings: readonly Binding[];
  readonly workgroups: readonly [x: number, y: number];
  /** What it is made of; null of text that is its author's. */
  readonly parts: StageParts | null;
}

/** A shader before it is one text. */
export interface StageParts {
  readonly declared: readonly Declared[];
  readonly functions: readonly string[];
  /** What one thread does, given `group` and `local`. */
  readonly body: string;
  /** Threads of a workgroup. */
  readonly workgroup: number;
}

/** What lowering must know of the device. */
export interface ShaderLimits {
  readonly maxWorkgroups: number;
  /** It computes on the processor. */
  readonly software: boolean;
  /** Shaders may add within a subgroup. */
  readonly subgroups?: boolean;
  /** How products are to be cut, whatever the table says: for tests and measurements. */
  readonly form?: Form;
  /** The same of attention. */
  readonly attention?: Tiling;
  /** Threads of a workgroup, where they do not work together. */
  readonly workgroup?: number;
  /** Buffers are bound as single elements, never as vectors of four. */
  readonly single?: boolean;
}

export interface Declared extends Binding {
  readonly name: string;
  readonly type: string;
}

/** A compute shader in the making, for one dispatch of a kernel. */
export class Shader {
  readonly kernel: Kernel;
  readonly words: Words;
  readonly text: WgslText = new WgslText();
  readonly #declared: Declared[] = [];
  /** Inputs read four consecutive elements at a time. */
  readonly #wide: ReadonlySet<number>;
  /** Buffers are bound as single elements. */
  readonly #single: boolean;
  /** Reads of padding: how each walks, and what its bounds' coordinates stand under. */
  readonly #padded = new Map<KernelOperand, { walk: Walk; places: readonly KernelOperand[] }>();

  constructor(kernel: Kernel, words: Words, wide: ReadonlySet<number> = new Set(), single = false) {
    this.kernel = kernel;
    this.words = words;
    this.#wide = single ? new Set() : wide;
    this.#single = single;
  }

  /** A buffer's name, declared at its first use. */
  bind(source: BindingSource, type: string, writable: boolean): string {
    const name =
      "input" in source
        ? `in${source.input}`
        : "scratch" in source
          ? `scratch${source.scratch}`
          : source.output === this.kernel.stored.length - 1
            ? "out"
            : `out${source.output}`;
    const declared = this.#declared.find((binding) => binding.name === name);
    if (declared === undefined) this.#declared.push({ source, writable, name, type });
    else if (declared.type !== type) {
      throw new Error(`${name} is bound as ${declared.type} and as ${type} in one kernel`);
    }
    return name;
  }

  /** An output (the last step's, if not said), which is also the input that is written in place. */
  output(wide: boolean, output: number = this.kernel.stored.length - 1): string {
    const { dtype } = this.storedStep(output);
    const type = storageType(dtype);
    const vectors = wide && dtype !== "u8" && !this.#single;
    return this.bind({ output }, vectors ? `vec4<${type}>` : type, true);
  }

  storedStep(output: number): KernelStep {
    return this.kernel.steps[this.kernel.stored[output] as number] as KernelStep;
  }

  /**
   * Input elements at `index`; `quad` counts in fours and is for wide inputs. A buffer has one type in a kernel: a single element
   * of a wide input is one component of its vector. What lies beside an output is bound as writable, as that is.
   */
  load(input: number, index: WgslValue, quad: string | null): WgslValue {
    const { dtype, inPlace, place } = this.kernel.inputs[input] as KernelInput;
    const type = storageType(dtype);
    const wide = this.#wide.has(input);
    const packed = dtype === "u8";
    const vectors = wide && !packed;
    const here = inPlace >= 0;
    const buffer = here
      ? this.output(wide, inPlace)
      : this.bind({ input }, vectors ? `vec4<${type}>` : type, place != null);
    const cast = here && storageType(this.storedStep(inPlace).dtype) !== type;
    const asInput = (text: string, declared: string) =>
      cast ? `bitcast<${declared}>(${text})` : text;
    if (wide && quad !== null) {
      const word = (at: string) => asInput(`${buffer}[${at}]`, vectors ? `vec4<${type}>` : type);
      const lanes = packed
        ? `(vec4<u32>(${word(quad)}) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(0xffu)`
        : dtype === "f16"
          ? `vec4<f32>(${word(quad)})`
          : word(quad);
      return this.text.let(dtype === "bool" ? `${lanes} != vec4<u32>(0u)` : lanes, 4, "x");
    }
    const word = (at: string) =>
      asInput(vectors ? `${buffer}[${at} >> 2u][${at} & 3u]` : `${buffer}[${at}]`, type);
    const element = (at: string) =>
      packed
        ? `((${word(`${at} >> 2u`)} >> ((${at} & 3u) * 8u)) & 0xffu)`
        : dtype === "bool"
          ? `(${word(at)} != 0u)`
          : dtype === "f16"
            ? `f32(${word(at)})`
            : word(at);
    if (index.lanes === 1) return this.text.let(element(index.text), 1, "x");
    const each = ["x", "y", "z", "w"].map((part) => element(`${index.text}.${part}`));
    return this.text.let(`${wgslType(dtype, 4)}(${each.join(", ")})`, 4, "x");
  }

  /** The operand's element at `index` of the value it reads. */
  element(operand: KernelOperand, index: WgslValue): WgslValue {
    if ("input" in operand.source) return this.load(operand.source.input, index, null);
    const step = this.kernel.steps[operand.source.step] as KernelStep;
    if (isConstant(step)) return this.#constant(operand.source.step);
    const at = new Position(
      this.words,
      this.text,
      [{ dims: step.shape, index }],
      this.readings(operand.source.step),
    );
    at.prepare(0);
    return this.value(operand.source.step, at);
  }

  /** The operand's element at a position over the shape it is read in. */
  operand(operand: KernelOperand, at: Position): WgslValue {
    const { source, view } = operand;
    if ("step" in source) {
      if (isConstant(this.kernel.steps[source.step] as KernelStep))
        return this.#constant(source.step);
      if (view === null) return this.value(source.step, at);
      const index = at.read(operand);
      const padded = this.#padded.get(operand);
      if (padded === undefined) return this.element(operand, index);
      const coordinates = padded.places.map((place) => at.read(place));
      return bounded(this, padded.walk, index, coordinates);
    }
    if (view !== null) return this.element(operand, at.read(operand));
    const make = () => this.load(source.input, at.whole(), at.quad);
    return this.text.once(`input${source.input}@${at.id}`, make);
  }

  /** A number beside a tensor, which keeps the digits of an f32 where the tensor has halves. */
  #isNumber(stepIndex: number): boolean {
    const { steps, stored } = this.kernel;
    return isConstant(steps[stepIndex] as KernelStep) && !stored.includes(stepIndex);
  }

  /** The same number wherever it is read. */
  #constant(stepIndex: number): WgslValue {
    const nowhere = new Position(this.words, this.text, [], []);
    return this.text.once(`step${stepIndex}`, () => this.value(stepIndex, nowhere));
  }

  /** Where a step that an operand reads is evaluated, if it is read element for element; null where it is a number or known otherwise. */
  protected positionOf({ source, view }: KernelOperand, at: Position): Position | null {
    if (!("step" in source) || view !== null) return null;
    return isConstant(this.kernel.steps[source.step] as KernelStep) ? null : at;
  }

  /** A step's value at a position over its shape, of those that are found element by element. */
  value(stepIndex: number, at: Position): WgslValue {
    const key = keyOf(stepIndex, at);
    if (!this.text.knows(key)) {
      for (const [key, { index, place }] of this.#unknown(stepIndex, at))
        this.text.once(key, () => this.#evaluate(index, place));
    }
    return this.text.once(key, () => this.#evaluate(stepIndex, at));
  }

  /** The steps that a step needs at their positions and that are not written yet, each after what it needs. */
  #unknown(
    stepIndex: number,
    at: Position,
  ): [key: string, step: { index: number; place: Position }][] {
    const found = new Map<string, { index: number; place: Position }>();
    const open = [{ index: stepIndex, place: at }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const operand of alongside(this.kernel.steps[next.index] as KernelStep)) {
        const place = this.positionOf(operand, next.place);
        if (place === null) continue;
        const index = (operand.source as { step: number }).step;
        const key = keyOf(index, place);
        if (found.has(key) || this.text.knows(key)) continue;
        found.set(key, { index, place });
        open.push({ index, place });
      }
    }
    return [...found].sort(([, a], [, b]) => a.index - b.index);
  }

  #evaluate(stepIndex: number, at: Position): WgslValue {
    const step = this.kernel.steps[stepIndex] as KernelStep;
    const { meaning } = step.op;
    if (meaning.kind === "gather") return gathered(this, step, at);
    if (meaning.kind === "assemble") return assembled(this, step, at);
    const { expression, indexed } = meaning as Elementwise;
    const root = expression(
      ...step.operands.map((operand, n) => e.load(n, operand.dtype)),
      ...step.scalars.map((slot) => e.scalar(slot, this.kernel.params[slot] as DType)),
      ...(indexed ? [e.index] : []),
    );
    const leaves = {
      load: (n: number) => this.operand(step.operands[n] as KernelOperand, at),
      scalar: (slot: number): WgslValue => this.text.let(this.words.parameter(slot), 1, "n"),
      index: () => at.whole(),
    };
    const meant = e.cast(root, step.dtype);
    const value = renderExpression(meant, leaves, this.text);
    if (step.dtype !== "f16" || this.#isNumber(stepIndex)) return value;
    const isInput = (n: number) => {
      const { source } = step.operands[n] as KernelOperand;
      return !("step" in source && this.#isNumber(source.step));
    };
    return isHalf(meant, isInput) ? value : rounded(value, step.dtype, this.text);
  }

  /** All reads through views that evaluating these steps makes at their own position. */
  readings(...steps: readonly number[]): Reading[] {
    const found = new Map<KernelOperand, Reading>();
    for (const index of this.stepsAt(steps)) {
      const step = this.kernel.steps[index] as KernelStep;
      for (const reading of this.ownReadings(step)) {
        if (!found.has(reading.operand)) found.set(reading.operand, reading);
      }
    }
    return [...found.values()];
  }

  /** These steps and all that they read at their own position, each once, the last first; an anchor reads in its own way. */
  private stepsAt(steps: readonly number[]): number[] {
    const found = new Set<number>();
    const open = [...steps];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (index === this.kernel.anchor || found.has(index)) continue;
      found.add(index);
      for (const { view, source } of alongside(this.kernel.steps[index] as KernelStep)) {
        if (view === null && "step" in source) open.push(source.step);
      }
    }
    return [...found].sort((a, b) => b - a);
  }

  /** The reads through views that a step itself makes. */
  protected ownReadings(step: KernelStep): Reading[] {
    const found = alongside(step).flatMap((operand) => this.#reading(operand));
    if (step.op.meaning.kind === "gather") found.push(lineReading(this, step));
    return found;
  }

  /** The read of one operand, and if it is an earlier step as it stands, all that this one makes. */
  operandReadings(operand: KernelOperand): Reading[] {
    const found = this.#reading(operand);
    if (operand.view === null && "step" in operand.source) {
      found.push(...this.readings(operand.source.step));
    }
    return found;
  }

  /** The read of an operand through its view; where it looks into padding, of each bound's coordinate too. */
  #reading(operand: KernelOperand): Reading[] {
    const { source, view, axes } = operand;
    if (view === null) return [];
    if ("step" in source && isConstant(this.kernel.steps[source.step] as KernelStep)) return [];
    const { words } = this;
    if (axes === undefined)
      return [{ operand, strides: view.strides, offset: words.parameter(operand.offset) }];
    let padded = this.#padded.get(operand);
    if (padded === undefined) {
      const walk = walkOf(this.kernel, operand);
      padded = { walk, places: walk.bounds.map(() => ({ ...operand })) };
      this.#padded.set(operand, padded);
    }
    const { walk, places } = padded;
    return [walk, ...walk.bounds].map((one, i) => ({
      operand: i === 0 ? operand : (places[i - 1] as KernelOperand),
      strides: one.strides,
      offset: one.start(words),
    }));
  }

  /** A value as a buffer of this dtype has it. */
  stored(value: string, dtype: DType): string {
    if (dtype === "bool") return `u32(${value})`;
    return dtype === "f16" ? `f16(${value})` : value;
  }

  /** Puts values into four consecutive elements of an output. */
  storeFour(value: WgslValue, quad: string, output: number = this.kernel.stored.length - 1): void {
    const { dtype } = this.storedStep(output);
    const single = value.lanes === 1 && (dtype === "bool" || dtype === "f16");
    const scalar = single ? this.stored(value.text, dtype) : value.text;
    const converts = dtype === "bool" || dtype === "f16" || value.lanes === 1;
    const four = converts ? `vec4<${storageType(dtype)}>(${scalar})` : value.text;
    const out = this.output(true, output);
    if (dtype === "u8") this.text.line(`${out}[${quad}] = ${packBytes(four, this.text)};`);
    else if (!this.#single) this.text.line(`${out}[${quad}] = ${four};`);
    else {
      const lanes = this.text.let(four, 4).text;
      ["x", "y", "z", "w"].forEach((lane, k) => {
        this.text.line(`${out}[${quad} * 4u + ${k}u] = ${lanes}.${lane};`);
      });
    }
  }

  /**
   * Puts one element of every stored step into its output: that of the anchor is known to be `result`, and the steps after it
   * are evaluated at `index` of the anchor's shape.
   */
  storeOne(anchor: KernelStep, result: WgslValue, index: WgslValue): void {
    const { kernel, text } = this;
    const last = kernel.steps.length - 1;
    const { shape } = kernel.steps[last] as KernelStep; // of as many elements as the anchor's
    const segments = [{ dims: shape, index }];
    const at = new Position(this.words, text, segments, this.readings(...kernel.stored));
    at.prepare(0);
    text.once(`step${kernel.steps.indexOf(anchor)}@${at.id}`, () =>
      rounded(result, anchor.dtype, text),
    );
    const values = kernel.stored.map((step) => this.value(step, at));
    values.forEach((value, output) => {
      const { dtype } = this.storedStep(output);
      const stored = dtype === "bool" ? `u32(${value.text})` : value.text;
      text.line(`${this.output(false, output)}[${index.text}] = ${storageType(dtype)}(${stored});`);
    });
  }

  /** One thread's number, counted over a folded grid; threads past `threads` return. */
  perThread(threads: number, limits: ShaderLimits, body: () => void): Stage {
    const { words } = this;
    const workgroup = limits.workgroup ?? WORKGROUP;
    const workgroups = fold(Math.ceil(threads / workgroup), limits);
    const width = words.number(workgroups[0]);
    this.text.line(`let thread = (group.y * ${width} + group.x) * ${workgroup}u + local;`);
    this.text.line(`if (thread >= ${words.number(threads)}) { return; }`);
    body();
    return this.stage(workgroups, workgroup);
  }

  /** A loop over `items`, of which a thread takes up to eight, a grid apart; `item` counts them. */
  overItems(items: number, limits: ShaderLimits, body: () => void): Stage {
    const { text, words } = this;
    const workgroup = limits.workgroup ?? WORKGROUP;
    const all = Math.ceil(items / workgroup);
    const groups = Math.min(all, Math.max(1024, Math.ceil(all / 8)));
    const workgroups = fold(groups, limits);
    const width = words.number(workgroups[0]);
    const stride = words.number(workgroups[0] * workgroups[1] * workgroup);
    text.line(`let first = (group.y * ${width} + group.x) * ${workgroup}u + local;`);
    text.block(`for (var item = first; item < ${words.number(items)}; item += ${stride})`, body);
    return this.stage(workgroups, workgroup);
  }

  stage(workgroups: readonly [number, number], workgroup: number): Stage {
    const { text } = this;
    const parts = {
      declared: this.#declared,
      functions: text.functions,
      body: text.body,
      workgroup,
    };
    const main = `@compute @workgroup_size(${workgroup}) fn main(
  @builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
${text.body}
}
`;
    return { ...shaderOf(this.#declared, text.functions, main), workgroups, parts };
  }
}

/** The whole text of a shader, and what it binds. */
export function shaderOf(
  declared: readonly Declared[],
  functions: readonly string[],
  main: string,
): { wgsl: string; bindings: Binding[] } {
  const declarations = declared.map(
    ({ name, type, writable }, i) =>
      `@group(0) @binding(${i + 1}) var<storage, ${writable ? "read_write" : "read"}> ${name}: array<${type}>;`,
  );
  // The number of words is known when the last stage of the kernel is written: see `lower`.
  const parts = [
    declared.some(({ type }) => type.includes("f16")) ? "enable f16;" : "",
    `@group(0) @binding(0) var<uniform> u: array<vec4<u32>, ${WORDS}>;`,
    ...declarations,
    functions.join("\n"),
    main,
  ];
  return {
    wgsl: parts.filter((part) => part !== "").join("\n"),
    bindings: declared.map(({ name: _name, type: _type, ...binding }) => binding),
  };
}

/** Stands for the number of uniform vectors until all stages are written. */
export const WORDS = "WORDS";

/** Workgroups in two dimensions, since one holds 65,535. */
export function fold(groups: number, limits: ShaderLimits): readonly [number, number] {
  const most = limits.maxWorkgroups;
  const y = Math.max(1, Math.ceil(groups / most));
  if (y > most) {
    throw new LimitError(
      `webgpu: ${groups} workgroups in one kernel; the adapter's maxComputeWorkgroupsPerDimension is ${most}` +
        "\n  hint: work on smaller tensors",
    );
  }
  return [Math.ceil(groups / y), y];
}

function packBytes(four: string, text: WgslText): string {
  const { text: word } = text.let(
    `(${four} & vec4<u32>(0xffu)) << vec4<u32>(0u, 8u, 16u, 24u)`,
    4,
    "w",
  );
  return `${word}.x | ${word}.y | ${word}.z | ${word}.w`;
}

/**
 * Inputs that evaluating these (steps, or operands) reads only element for element: a stage that works on four consecutive
 * elements reads them as vec4.
 */
export function wideInputs(
  kernel: Kernel,
  roots: readonly (number | KernelOperand)[],
): Set<number> {
  const wide = new Set<number>();
  const narrow = new Set<number>();
  const seen = { here: new Set<number>(), elsewhere: new Set<number>() };
  const open: { index: number; here: boolean }[] = [];
  const visit = (operand: KernelOperand, here: boolean) => {
    const whole = here && operand.view === null;
    if ("input" in operand.source) (whole ? wide : narrow).add(operand.source.input);
    else open.push({ index: operand.source.step, here: whole });
  };
  for (const root of roots) {
    if (typeof root === "number") open.push({ index: root, here: true });
    else visit(root, true);
  }
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const known = next.here ? seen.here : seen.elsewhere;
    if (known.has(next.index)) continue;
    known.add(next.index);
    const step = kernel.steps[next.index] as KernelStep;
    const placed = alongside(step);
    for (const operand of step.operands) visit(operand, next.here && placed.includes(operand));
  }
  for (const input of narrow) wide.delete(input);
  return wide;
}

const keyOf = (stepIndex: number, at: Position): string => `step${stepIndex}@${at.id}`;

/** The operands that a step reads at its own position: those of a load but for what it looks up. */
export function alongside({ op, operands }: KernelStep): readonly KernelOperand[] {
  const { kind } = op.meaning;
  if (kind === "gather") return operands.slice(1);
  return kind === "assemble" ? [] : operands;
}

/** The same number everywhere. */
export const isConstant = ({ op, operands }: KernelStep): boolean =>
  op.meaning.kind === "elementwise" && operands.length === 0 && !op.meaning.indexed;

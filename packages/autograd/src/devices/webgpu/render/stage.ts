import type { Kernel, KernelInput } from "../../../devices/device.ts";
import { LimitError } from "../../../errors.ts";
import type { Buffer } from "../../../kernel/expression.ts";
import type { Loops } from "../../../kernel/loops.ts";
import { type Accessed, accessesOf, keyOf } from "../../../lower/accesses.ts";
import { groupsOf, sizeOfGroup } from "../../../lower/grid.ts";
import type { Uniforms } from "../../../lower/uniforms.ts";
import { Declarations, storageType } from "./text.ts";
import { type Bound, type Scene, Writer } from "./writer.ts";

/** Threads of a workgroup, where they do not work together and nothing else is said. */
const WORKGROUP = 64;

/** Loops of a kernel, and the numbers that its first buffers have in the whole. */
export interface Part {
  readonly loops: Loops;
  readonly kernel: Kernel;
  readonly firstOutput: number;
  readonly firstScratch: number;
  /** Where in a batch's scratch buffer each of its own begins, in bytes. */
  readonly scratches: readonly number[];
}

/** A buffer that one dispatch binds. */
export interface Binding {
  readonly source: Buffer;
  readonly writable: boolean;
  /** The part that is bound; all, if not given. */
  readonly range?: { readonly offset: number; readonly size: number };
  /** All of the memory that the buffer shares with others is bound. */
  readonly slab?: boolean;
}

/**
 * One dispatch: text, what it binds (from binding 1; 0 is the uniform block), how many workgroups.
 */
export interface Stage {
  readonly wgsl: string;
  readonly bindings: readonly Binding[];
  readonly workgroups: readonly [x: number, y: number];
}

/** A binding and how the shader declares it. */
export interface Declared extends Binding {
  readonly name: string;
  readonly type: string;
}

/**
 * How a buffer is declared: by vectors of four where all goes by fours, or what reads single
 * elements only reads.
 */
export interface Shape {
  readonly wide: boolean;
  readonly atomic: boolean;
  readonly type: string;
}

export function shapeOf({ dtype, fours, singleWrites }: Accessed, single = false): Shape {
  const atomic = dtype === "u8" && singleWrites;
  const wide = fours && !singleWrites && dtype !== "u8" && !single;
  const type = atomic ? "atomic<u32>" : storageType(dtype);
  return { wide, atomic, type: wide ? `vec4<${type}>` : type };
}

/**
 * What lies beside an output of its kernel is bound as writable: a buffer is not both in one
 * dispatch.
 */
export const isWritable = ({ buffer, writes }: Accessed, inputs: readonly KernelInput[]): boolean =>
  writes || ("input" in buffer && inputs[buffer.input]?.place != null);

/** Workgroups in two dimensions, since one holds 65,535. */
export function fold(groups: number, most: number): readonly [number, number] {
  const y = Math.max(1, Math.ceil(groups / most));
  if (y > most) {
    throw new LimitError(
      `webgpu: ${groups} workgroups in one kernel; the adapter's maxComputeWorkgroupsPerDimension is ${most}` +
        "\n  hint: work on smaller tensors",
    );
  }
  return [Math.ceil(groups / y), y];
}

/**
 * Writes what one thread does, given `turn` (the workgroup's number among those of the grid) and
 * `local`.
 */
export function writeThread({ grid, body }: Loops, scene: Scene, size: number): string {
  const writer = new Writer(scene);
  const number = (value: number): string => scene.word(scene.uniforms.number(value));
  switch (grid.kind) {
    case "groups":
      writer.line("let group = turn;");
      writer.write(body);
      break;
    case "threads":
      writer.line(`let thread = turn * ${size}u + local;`);
      writer.line(`if (thread >= ${number(grid.threads)}) { return; }`);
      writer.write(body);
      break;
    case "items": {
      const stride = number(groupsOf(grid, size) * size);
      const head = `for (var thread = turn * ${size}u + local; thread < ${number(grid.items)}; thread += ${stride})`;
      writer.block(head, () => writer.write(body));
    }
  }
  return writer.body;
}

/** A shader's text from its parts, and what it binds. */
export function shaderOf(
  declared: readonly Declared[],
  declarations: readonly string[],
  main: string,
): { wgsl: string; bindings: Binding[] } {
  const buffers = declared.map(
    ({ name, type, writable }, i) =>
      `@group(0) @binding(${i + 1}) var<storage, ${writable ? "read_write" : "read"}> ${name}: array<${type}>;`,
  );
  const enables = [
    declared.some(({ type }) => type.includes("f16")) ? "enable f16;" : "",
    /\bsubgroup(Add|Elect)\(/.test(main) ? "enable subgroups;" : "",
  ];
  // the number of words is known when the last stage of the kernel is written
  const parts = [
    ...enables,
    `@group(0) @binding(0) var<uniform> u: array<vec4<u32>, ${WORDS}>;`,
    ...buffers,
    ...declarations,
    main,
  ];
  return {
    wgsl: parts.filter((part) => part !== "").join("\n"),
    bindings: declared.map(({ name: _name, type: _type, ...binding }) => binding),
  };
}

/** Stands for the number of uniform vectors until all stages are written. */
export const WORDS = "WORDS";

/** `main` of a shader whose workgroups, folded into two dimensions, take their turns. */
export const entry = (size: number, width: string, body: string): string =>
  `@compute @workgroup_size(${size}) fn main(
  @builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let turn = id.y * ${width} + id.x;
${body}
}
`;

export const wordText = (word: number): string => `u[${word >> 2}].${"xyzw"[word & 3]}`;

/**
 * Declares what a part reads and writes; inputs that are declared alike already keep their names.
 */
export function sceneOf(
  part: Part,
  prefix: string,
  declared: Declared[],
  declarations: Declarations,
  uniforms: Uniforms,
): Scene {
  const { inputs } = part.kernel;
  const bound = new Map<string, Bound>();
  for (const [key, access] of accessesOf(part.loops, inputs)) {
    const { type, wide, atomic } = shapeOf(access);
    const source = sourceOf(access, part);
    const writable = isWritable(access, inputs);
    const known = declared.find(
      (other) =>
        "input" in source &&
        "input" in other.source &&
        other.source.input === source.input &&
        other.type === type &&
        other.writable === writable,
    );
    const name = known?.name ?? prefix + key;
    if (known === undefined) declared.push({ name, type, source, writable });
    bound.set(key, { name, wide, atomic, dtype: access.dtype, first: null });
  }
  return {
    uniforms,
    declarations,
    word: wordText,
    bound: (buffer) => bound.get(keyOf(buffer, inputs)) as Bound,
  };
}

function sourceOf({ buffer }: Accessed, { firstOutput, firstScratch }: Part): Buffer {
  if ("output" in buffer) return { output: buffer.output + firstOutput };
  return "scratch" in buffer ? { scratch: buffer.scratch + firstScratch } : buffer;
}

/** One dispatch of its own. */
export function renderStage(part: Part, uniforms: Uniforms, maxWorkgroups: number): Stage {
  const { grid } = part.loops;
  const declared: Declared[] = [];
  const scene = sceneOf(part, "", declared, new Declarations(), uniforms);
  const size = sizeOfGroup(grid) ?? WORKGROUP;
  const groups = groupsOf(grid, size);
  const workgroups = fold(groups, maxWorkgroups);
  const width = wordText(uniforms.number(workgroups[0]));
  const body = writeThread(part.loops, scene, size);
  const guarded =
    grid.kind === "groups" && workgroups[0] * workgroups[1] > groups
      ? `  if (turn >= ${wordText(uniforms.number(groups))}) { return; }\n${body}`
      : body;
  const main = entry(size, width, guarded);
  return { ...shaderOf(declared, scene.declarations.texts, main), workgroups };
}

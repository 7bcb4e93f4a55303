import type { Loops } from "../../../kernel/loops.ts";
import { type Binding, type Declared, declareBuffers, type Part } from "../../../lower/bindings.ts";
import { fold, groupsOf, sizeOfGroup } from "../../../lower/grid.ts";
import type { Uniforms } from "../../../lower/uniforms.ts";
import { bufferText, Declarations } from "./text.ts";
import { type Scene, Writer } from "./writer.ts";

/** Threads of a workgroup if the grid does not need another size. */
export const WORKGROUP = 64;

/** One dispatch. The uniform block is binding 0; `bindings` are numbered from 1. */
export interface Stage {
  readonly wgsl: string;
  readonly bindings: readonly Binding[];
  readonly workgroups: readonly [x: number, y: number];
}

/** Writes the code of one thread, given `turn` (its workgroup's number) and `local`. */
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

/** A shader's text and bindings. */
export function shaderOf(
  declared: readonly Declared[],
  declarations: readonly string[],
  main: string,
): { wgsl: string; bindings: Binding[] } {
  const enables = [
    declared.some(({ type }) => type.word === "f16") ? "enable f16;" : "",
    /\bsubgroup(Add|Elect)\(/.test(main) ? "enable subgroups;" : "",
  ];
  // the block's size is known only when all stages of the kernel are written
  const parts = [
    ...enables,
    `@group(0) @binding(0) var<uniform> u: array<vec4<u32>, ${WORDS}>;`,
    ...declared.map(bufferText),
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

/** The entry point of a shader. The grid is folded into two dimensions of `width` columns. */
export const entry = (size: number, width: string, body: string): string =>
  `@compute @workgroup_size(${size}) fn main(
  @builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let turn = id.y * ${width} + id.x;
${body}
}
`;

export const wordText = (word: number): string => `u[${word >> 2}].${"xyzw"[word & 3]}`;

export const sceneOf = (
  part: Part,
  prefix: string,
  declared: Declared[],
  declarations: Declarations,
  uniforms: Uniforms,
): Scene => ({
  uniforms,
  declarations,
  word: wordText,
  bound: declareBuffers(part, prefix, declared),
});

/** Renders a part as a dispatch of its own. */
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

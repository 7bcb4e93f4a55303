import { Declarations } from "../../src/devices/webgpu/render/text.ts";
import { Uniforms } from "../../src/devices/webgpu/render/uniforms.ts";
import { type Scene, Writer } from "../../src/devices/webgpu/render/writer.ts";
import type { DType } from "../../src/dtype.ts";
import type { Expr, Lanes } from "../../src/kernel/expression.ts";
import type { Local } from "../../src/kernel/loops.ts";
import { countUses } from "../../src/kernel/walk.ts";

/** The WGSL of an expression of a, b, c …: the functions that it calls, its lines, and their result. */
export function written(
  make: (...args: Expr[]) => Expr,
  dtypes: readonly DType[],
  lanes: Lanes = 1,
): { functions: string[]; lines: string[]; result: string } {
  const locals = dtypes.map((dtype, id): Local => {
    return { kind: "local", id, dtype, lanes, mutable: false };
  });
  const root = make(...locals);
  const uniforms = new Uniforms([]);
  const declarations = new Declarations();
  const scene: Scene = {
    uniforms,
    declarations,
    word: (word) => `word${word}`,
    bound: () => {
      throw new Error("an expression reads no buffer");
    },
  };
  const writer = new Writer(scene, countUses([], [root]));
  for (const [i, local] of locals.entries()) writer.name(local, "abc"[i] as string);
  const result = writer.text(root);
  return { functions: declarations.texts, lines: writer.body.split("\n"), result };
}

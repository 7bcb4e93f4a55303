import { Declarations } from "../../src/devices/webgpu/render/text.ts";
import { type Scene, Writer } from "../../src/devices/webgpu/render/writer.ts";
import type { DType } from "../../src/dtype.ts";
import type { Expr, Lanes } from "../../src/kernel/expression.ts";
import type { Local } from "../../src/kernel/loops.ts";
import { nameValues } from "../../src/lower/name-values.ts";
import { Uniforms } from "../../src/lower/uniforms.ts";

/**
 * The WGSL of an expression of v0, v1, v2 …: the functions that it calls, its lines, and their
 * result.
 */
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
  const writer = new Writer(scene);
  const { body, results } = nameValues([], [root], locals.length);
  writer.write(body);
  const result = writer.text(results[0] as Expr);
  return { functions: declarations.texts, lines: writer.body.split("\n"), result };
}

import { type DType, isFloating } from "../../../dtype.ts";
import type { Lanes } from "../../../kernel/expression.ts";
import { arithmeticOf } from "../../../kernel/natives.ts";
import type { Declared } from "../../../lower/bindings.ts";

/** The type of a value in a shader: a byte is a u32, a half is an f32 (rounded when stored). */
export function wgslType(dtype: DType, lanes: Lanes = 1): string {
  const type = arithmeticOf(dtype);
  return lanes === 1 ? type : `vec4<${type}>`;
}

/** Converts a uniform word's text to the dtype. */
export function asType(word: string, dtype: DType): string {
  if (isFloating(dtype)) return `bitcast<f32>(${word})`;
  if (dtype === "i32") return `bitcast<i32>(${word})`;
  return dtype === "bool" ? `(${word} != 0u)` : word;
}

export const lanes4 = ["x", "y", "z", "w"] as const;

/** Functions and workgroup memory that a shader declares, each once and after what it uses. */
export class Declarations {
  readonly #texts = new Map<string, string>();

  has(name: string): boolean {
    return this.#texts.has(name);
  }

  add(name: string, text: string): void {
    this.#texts.set(name, text);
  }

  get texts(): string[] {
    return [...this.#texts.values()];
  }
}

/** The declaration of a buffer, bound after the uniform block. */
export function bufferText({ name, type, writable }: Declared, index: number): string {
  const { word, wide, atomic } = type;
  const element = atomic ? `atomic<${word}>` : wide ? `vec4<${word}>` : word;
  const access = writable ? "read_write" : "read";
  return `@group(0) @binding(${index + 1}) var<storage, ${access}> ${name}: array<${element}>;`;
}

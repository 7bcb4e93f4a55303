import { type DType, isFloating } from "../../../dtype.ts";
import type { Lanes } from "../../../kernel/expression.ts";

/**
 * The type of a value in a shader's arithmetic; a byte is a u32 there, and a half an f32, rounded
 * when an operation is done.
 */
export function wgslType(dtype: DType, lanes: Lanes = 1): string {
  const type = arithmeticType(dtype);
  return lanes === 1 ? type : `vec4<${type}>`;
}

export const arithmeticType = (dtype: DType): string =>
  dtype === "u8" ? "u32" : dtype === "f16" ? "f32" : dtype;

/** The type of a buffer's elements: a bool is a u32, and bytes come four to a word. */
export const storageType = (dtype: DType): string =>
  dtype === "bool" || dtype === "u8" ? "u32" : dtype;

/** A word of the uniforms as a value of the dtype. */
export function asType(word: string, dtype: DType): string {
  if (isFloating(dtype)) return `bitcast<f32>(${word})`;
  if (dtype === "i32") return `bitcast<i32>(${word})`;
  return dtype === "bool" ? `(${word} != 0u)` : word;
}

export const lanes4 = ["x", "y", "z", "w"] as const;

/**
 * Declarations that other text needs: functions, and memory of the workgroup. Each comes once,
 * after those it needs.
 */
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

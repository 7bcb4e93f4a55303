import { Code } from "./encode.ts";
import { encodeModule, type FunctionCode } from "./module.ts";

function validates(write: (code: Code) => void): boolean {
  if (typeof WebAssembly === "undefined") return false;
  const code = new Code();
  write(code);
  const probe: FunctionCode = { parameters: 0, locals: ["v128"], code: code.bytes };
  return WebAssembly.validate(encodeModule([probe]));
}

/** Whether the engine has vectors of 128 bits. */
export const hasVectors = (): boolean =>
  validates((code) => {
    code.get(0);
    code.get(0);
    code.op("f32x4.add");
    code.set(0);
  });

/** Whether the engine has fused multiply-add (relaxed SIMD). */
export const hasFusedMultiply = (): boolean =>
  validates((code) => {
    code.get(0);
    code.get(0);
    code.get(0);
    code.op("f32x4.relaxed_madd");
    code.set(0);
  });

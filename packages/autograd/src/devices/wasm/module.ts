import { Code, types, type ValueType } from "./encode.ts";

/** A function without results, whose parameters are i32: types of its locals, and its code. */
export interface FunctionCode {
  readonly parameters: number;
  readonly locals: readonly ValueType[];
  readonly code: Uint8Array;
}

/**
 * A module with an imported memory. It exports its functions as "0", "1", … `mostPages` is the
 * maximum of a shared memory; null if the memory is not shared.
 */
export function encodeModule(
  functions: readonly FunctionCode[],
  mostPages: number | null = null,
): Uint8Array<ArrayBuffer> {
  const all = new Code();
  all.append(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const section = (id: number, write: (code: Code) => void): void => {
    const inner = new Code();
    write(inner);
    all.byte(id);
    all.uleb(inner.length);
    all.append(inner.bytes);
  };
  const arities = [...new Set(functions.map(({ parameters }) => parameters))];
  section(1, (code) => {
    code.uleb(arities.length);
    for (const count of arities) {
      code.byte(0x60);
      code.uleb(count);
      for (let i = 0; i < count; i++) code.byte(types.i32);
      code.uleb(0);
    }
  });
  section(2, (code) => {
    code.uleb(1);
    code.text("e");
    code.text("m");
    code.byte(2);
    code.byte(mostPages === null ? 0 : 3);
    code.uleb(0);
    if (mostPages !== null) code.uleb(mostPages);
  });
  section(3, (code) => {
    code.uleb(functions.length);
    for (const { parameters } of functions) code.uleb(arities.indexOf(parameters));
  });
  section(7, (code) => {
    code.uleb(functions.length);
    for (const i of functions.keys()) {
      code.text(String(i));
      code.byte(0);
      code.uleb(i);
    }
  });
  section(10, (code) => {
    code.uleb(functions.length);
    for (const { locals, code: bytes } of functions) {
      const body = new Code();
      body.uleb(locals.length);
      for (const type of locals) {
        body.uleb(1);
        body.byte(types[type]);
      }
      body.append(bytes);
      body.end();
      code.uleb(body.length);
      code.append(body.bytes);
    }
  });
  return all.bytes.slice() as Uint8Array<ArrayBuffer>;
}

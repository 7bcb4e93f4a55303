import { expect, test } from "vitest";
import type { DType } from "../../src/dtype.ts";
import { type Expr, e, type Lanes } from "../../src/kernel/expression.ts";
import { written } from "./written.ts";

/** All of an expression's text. */
function wgslOf(
  make: (...args: Expr[]) => Expr,
  dtypes: readonly DType[] = ["f32", "f32"],
  lanes: Lanes = 1,
): string {
  const { functions, lines, result } = written(make, dtypes, lanes);
  return [...functions, ...lines, `  return ${result};`].filter(Boolean).join("\n");
}

test("shared values get a name, and values that are used once are written in place", () => {
  const value = (a: Expr, b: Expr): Expr => {
    const sum = e.add(a, b);
    return e.mul(sum, e.sub(sum, e.number(0.5, sum)));
  };
  expect(wgslOf(value)).toMatchInlineSnapshot(`
    "  let v2 = v0 + v1;
      return (v2 * (v2 - 0.5f));"
  `);
});

test("expressions nest up to a limit", () => {
  const value = (a: Expr): Expr => {
    let sum = a;
    for (let i = 0; i < 20; i++) sum = e.add(sum, e.constant(i));
    return sum;
  };
  expect(wgslOf(value, ["f32"])).toMatchInlineSnapshot(`
    "  let v1 = (((((((v0 + 0.0f) + 1.0f) + 2.0f) + 3.0f) + 4.0f) + 5.0f) + 6.0f) + 7.0f;
      let v2 = (((((((v1 + 8.0f) + 9.0f) + 10.0f) + 11.0f) + 12.0f) + 13.0f) + 14.0f) + 15.0f;
      return ((((v2 + 16.0f) + 17.0f) + 18.0f) + 19.0f);"
  `);
});

test("scalars are spread over four lanes", () => {
  const value = (a: Expr, b: Expr): Expr => {
    const scaled = e.mul(a, e.param(0, "u32"));
    return e.select(e.lt(scaled, e.constant(3, "u32")), b, scaled);
  };
  expect(wgslOf(value, ["u32", "u32"], 4)).toMatchInlineSnapshot(`
    "  let v2 = v0 * vec4<u32>(word0);
      return (select(v2, v1, (v2 < vec4<u32>(3u))));"
  `);
});

test("a function is declared once, after the functions it calls", () => {
  const value = (a: Expr, b: Expr): Expr => e.max(e.max(a, b), e.exp(a));
  expect(wgslOf(value)).toMatchInlineSnapshot(`
    "fn isNan_f32(v0: f32) -> bool {
      return ((bitcast<u32>(v0)) & 2147483647u) > 2139095040u;
    }
    fn max_f32(v0: f32, v1: f32) -> f32 {
      return select((select((select(v1, v0, (v0 > v1))), v1, (isNan_f32(v1)))), v0, (isNan_f32(v0)));
    }
    fn exp_f32(v0: f32) -> f32 {
      let v1 = min((max(v0, -87.30000305175781f)), 89.0f);
      let v2 = round((v1 * 1.4426950216293335f));
      let v3 = (v1 - (v2 * 0.693115234375f)) - (v2 * 0.00003194618329871446f);
      let v4 = (((((((0.0013952970039099455f * v3) + 0.008370321244001389f) * v3) + 0.041666168719530106f) * v3) + 0.16666506230831146f) * v3) + 0.5f;
      let v5 = (v3 + ((v3 * v3) * v4)) + 1.0f;
      return select(((v5 + v5) * (bitcast<f32>((((i32(v2)) + i32(126)) << 23u)))), v0, (isNan_f32(v0)));
    }
      return (max_f32((max_f32(v0, v1)), (exp_f32(v0))));"
  `);
});

test("functions of one lane are called lane by lane", () => {
  const lines = wgslOf(e.rem, ["f32", "f32"], 4).split("\n");
  expect(lines.at(-1)).toMatchInlineSnapshot(
    `"  return (vec4<f32>(rem_f32(v0.x, v1.x), rem_f32(v0.y, v1.y), rem_f32(v0.z, v1.z), rem_f32(v0.w, v1.w)));"`,
  );
});

test("infinities and NaN are read from a variable", () => {
  const value = (a: Expr): Expr =>
    e.select(e.isNan(a), e.constant(Number.NaN), e.constant(Number.NEGATIVE_INFINITY));
  expect(wgslOf(value, ["f32"])).toMatchInlineSnapshot(`
    "fn isNan_f32(v0: f32) -> bool {
      return ((bitcast<u32>(v0)) & 2147483647u) > 2139095040u;
    }
    var<private> infBits: u32 = 0x7f800000u;
    fn nan_f32() -> f32 { return bitcast<f32>(infBits | 0x400000u); }
    fn inf_f32() -> f32 { return bitcast<f32>(infBits); }
      return (select((-inf_f32()), nan_f32(), (isNan_f32(v0))));"
  `);
});

test("integers, bools, bytes and conversions have their text", () => {
  const value = (n: Expr, flag: Expr, byte: Expr): Expr => {
    const i32 = e.add(e.div(n, e.constant(-7, "i32")), e.cast(flag, "i32"));
    const u8 = e.add(byte, e.cast(i32, "u8"));
    return e.and(e.not(flag), e.cast(e.cast(u8, "f32"), "bool"));
  };
  expect(wgslOf(value, ["i32", "bool", "u8"])).toMatchInlineSnapshot(`
    "fn div_i32(v0: i32, v1: i32) -> i32 {
      return v0 / (select(v1, i32(1), (v1 == i32(0))));
    }
      return ((!v1) & ((bitcast<u32>((f32(((v2 + (u32(((div_i32(v0, i32(-7))) + (i32(v1)))) & 0xffu)) & 0xffu)))) & 0x7fffffffu) != 0u));"
  `);
  const shift = (a: Expr): Expr => e.shiftLeft(a, e.constant(40, "u32"));
  expect(wgslOf(shift, ["u32"])).toMatchInlineSnapshot(`"  return (v0 << 8u);"`);
});

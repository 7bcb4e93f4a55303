import { expect, test } from "vitest";
import { type Expr, e } from "../../src/kernel/expression.ts";
import { renderExpression, WgslText } from "../../src/kernel/wgsl.ts";

/** The lines of an expression of loads a, b, c …, scalars s0, s1 … and the index i. */
function wgslOf(root: Expr, lanes: 1 | 4 = 1, scalarLanes: 1 | 4 = 1): string {
  const text = new WgslText();
  const leaf = (name: string, of: 1 | 4) => ({ text: name, lanes: of });
  const value = renderExpression(
    root,
    {
      load: (n) => leaf("abc"[n] as string, lanes),
      scalar: (n) => leaf(`s${n}`, scalarLanes),
      index: () => leaf("i", lanes),
    },
    text,
  );
  text.line(`return ${value.text};`);
  return [...text.functions, text.body].filter(Boolean).join("\n");
}

const a = e.load(0, "f32");
const b = e.load(1, "f32");

test("what is shared is computed once", () => {
  const sum = e.add(a, b);
  expect(wgslOf(e.mul(sum, e.sub(sum, e.number(0.5, sum))))).toMatchInlineSnapshot(`
    "  let v0 = a + b;
      let v1 = v0 - 0.5f;
      let v2 = v0 * v1;
      return v2;"
  `);
});

test("four lanes take in scalars", () => {
  const scaled = e.mul(a, e.scalar(0, "f32"));
  expect(wgslOf(e.select(e.lt(scaled, e.constant(0)), b, scaled), 4)).toMatchInlineSnapshot(`
    "  let v0 = a * vec4<f32>(s0);
      let v1 = v0 < vec4<f32>(0.0f);
      let v2 = select(v0, b, v1);
      return v2;"
  `);
});

test("a function is declared once, after those it needs", () => {
  expect(wgslOf(e.max(e.max(a, b), e.exp(a)))).toMatchInlineSnapshot(`
    "fn isNan_f32(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffffu)) > u32(0x7f800000u); }
    fn max_f32(a: f32, b: f32) -> f32 {
      return select(select(select(b, a, a > b), b, isNan_f32(b)), a, isNan_f32(a));
    }
    fn expTail_f32(r: f32) -> f32 {
      return r + r * r * ((((0.001395297 * r + 0.008370321) * r + 0.04166617) * r + 0.16666506) * r + 0.5);
    }
    fn scale_f32(y: f32, n: i32) -> f32 {
      return (y + y) * bitcast<f32>((n + i32(126)) << u32(23u));
    }
    fn expMiddle_f32(x: f32) -> f32 {
      let n = round(x * 1.44269504);
      let r = (x - n * 0.69311523) - n * 3.1946183e-5;
      return scale_f32(expTail_f32(r) + 1.0, i32(n));
    }
    fn exp_f32(x: f32) -> f32 {
      return select(expMiddle_f32(clamp(x, f32(-87.3), f32(89.0))), x, isNan_f32(x));
    }
      let v0 = max_f32(a, b);
      let v1 = exp_f32(a);
      let v2 = max_f32(v0, v1);
      return v2;"
  `);
});

test("functions of one width are applied lane by lane", () => {
  const lines = wgslOf(e.rem(a, b), 4).split("\n");
  expect(lines.slice(-2).join("\n")).toMatchInlineSnapshot(`
    "  let v0 = vec4(rem_f32(a.x, b.x), rem_f32(a.y, b.y), rem_f32(a.z, b.z), rem_f32(a.w, b.w));
      return v0;"
  `);
});

test("numbers without a literal come through a variable", () => {
  const infinite = e.select(e.isNan(a), e.constant(Number.NaN), e.constant(-1 / 0));
  expect(wgslOf(infinite)).toMatchInlineSnapshot(`
    "fn isNan_f32(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffffu)) > u32(0x7f800000u); }
    var<private> infBits: u32 = 0x7f800000u;
    fn nan_f32() -> f32 { return bitcast<f32>(infBits | 0x400000u); }
    fn inf_f32() -> f32 { return bitcast<f32>(infBits); }
      let v0 = isNan_f32(a);
      let v1 = select(-inf_f32(), nan_f32(), v0);
      return v1;"
  `);
});

test("integers, bools, bytes and conversions", () => {
  const n = e.load(0, "i32");
  const flag = e.load(1, "bool");
  const byte = e.load(2, "u8");
  const i32 = e.add(e.div(n, e.constant(-7, "i32")), e.cast(flag, "i32"));
  const u8 = e.add(byte, e.cast(i32, "u8"));
  const bool = e.and(e.not(flag), e.cast(e.cast(u8, "f32"), "bool"));
  expect(wgslOf(bool)).toMatchInlineSnapshot(`
    "fn div_i32(a: i32, b: i32) -> i32 { return a / b; }
      let v0 = !b;
      let v1 = div_i32(a, i32(-7));
      let v2 = i32(b);
      let v3 = v1 + v2;
      let v4 = u32(v3) & 0xffu;
      let v5 = (c + v4) & 0xffu;
      let v6 = f32(v5);
      let v7 = (bitcast<u32>(v6) & 0x7fffffffu) != 0u;
      let v8 = v0 & v7;
      return v8;"
  `);
  expect(wgslOf(e.shiftLeft(e.index, e.constant(40, "u32")))).toMatchInlineSnapshot(`
    "  let v0 = i << (bitcast<u32>(40u) & 31u);
      return v0;"
  `);
});

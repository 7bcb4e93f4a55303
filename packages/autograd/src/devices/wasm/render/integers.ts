import type { Expr } from "../../../kernel/expression.ts";
import { type Call, lanewise } from "./lanewise.ts";
import type { ValueWriter } from "./values.ts";

/** Intrinsics that do not change integers. */
const rounding: ReadonlySet<string> = new Set(["floor", "ceil", "trunc", "round"]);

/**
 * Writes intrinsics of integers and bools that take a few instructions. Returns false for others.
 */
export function ofInteger(writer: ValueWriter, call: Call, from: string): boolean {
  const { code } = writer;
  const { fn, args, lanes } = call;
  const four = lanes === 4;
  const [a, b] = args as [Expr, Expr];
  if (rounding.has(fn) || (fn === "abs" && from !== "i32") || (from === "bool" && fn === "abs")) {
    writer.push(a, lanes);
    return true;
  }
  switch (fn) {
    case "neg":
      if (four) {
        writer.push(a, 4);
        code.op("i32x4.neg");
      } else {
        code.i32(0);
        writer.push(a, 1);
        code.op("i32.sub");
      }
      return true;
    case "abs":
      if (four) {
        writer.push(a, 4);
        code.op("i32x4.abs");
        return true;
      }
      return lanewise(writer, call, ([x]) => {
        code.i32(0);
        code.get(x as number);
        code.op("i32.sub");
        code.get(x as number);
        code.get(x as number);
        code.i32(0);
        code.op("i32.lt_s");
        code.op("select");
      });
    case "max":
    case "min":
    case "nativeMax":
    case "nativeMin": {
      const which = fn.toLowerCase().endsWith("max") ? "max" : "min";
      const sign = from === "i32" ? "s" : "u";
      if (four) {
        writer.push(a, 4);
        writer.push(b, 4);
        code.op(`i32x4.${which}_${sign}`);
        return true;
      }
      return lanewise(writer, call, ([x, y]) => {
        code.get(x as number);
        code.get(y as number);
        code.get(x as number);
        code.get(y as number);
        code.op(`i32.${which === "max" ? "gt" : "lt"}_${sign}`);
        code.op("select");
      });
    }
    case "sign":
      return lanewise(writer, call, ([x]) => {
        code.get(x as number);
        code.i32(0);
        code.op(from === "i32" ? "i32.gt_s" : "i32.gt_u");
        if (from !== "i32") return;
        code.get(x as number);
        code.i32(0);
        code.op("i32.lt_s");
        code.op("i32.sub");
      });
    case "shiftLeft":
    case "shiftRight": {
      const op = fn === "shiftLeft" ? "shl" : from === "i32" ? "shr_s" : "shr_u";
      if (four && b.lanes === 1) {
        writer.push(a, 4);
        writer.push(b, 1);
        code.op(`i32x4.${op}`);
        return true;
      }
      return lanewise(writer, call, ([x, y]) => {
        code.get(x as number);
        code.get(y as number);
        code.op(`i32.${op}`);
      });
    }
    case "countLeadingZeros":
      return lanewise(writer, call, ([x]) => {
        code.get(x as number);
        code.op("i32.clz");
      });
    case "mulHigh":
      return lanewise(writer, call, ([x, y]) => {
        code.get(x as number);
        code.op("i64.extend_i32_u");
        code.get(y as number);
        code.op("i64.extend_i32_u");
        code.op("i64.mul");
        code.i64(32);
        code.op("i64.shr_u");
        code.op("i32.wrap_i64");
      });
    case "quotient":
    case "remainder": {
      const name = fn === "quotient" ? "div" : "rem";
      if (from !== "i32") {
        return lanewise(writer, call, ([x, y]) => {
          code.get(x as number);
          code.get(y as number);
          code.op(`i32.${name}_u`);
        });
      }
      // the least number divided by −1 would trap, so −1 is separate
      return lanewise(writer, call, ([x, y]) => {
        code.get(x as number);
        code.i32(1);
        code.get(y as number);
        code.get(y as number);
        code.i32(-1);
        code.op("i32.eq");
        code.op("select");
        code.op(`i32.${name}_s`);
        if (fn === "remainder") return;
        const quotient = writer.local("i32");
        code.set(quotient);
        code.i32(0);
        code.get(x as number);
        code.op("i32.sub");
        code.get(quotient);
        code.get(y as number);
        code.i32(-1);
        code.op("i32.eq");
        code.op("select");
      });
    }
    default:
      return false;
  }
}

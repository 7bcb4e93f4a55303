/** What the other packages, and yours, stand on beside the tensors themselves. */

export type { Gradient, GradientCall, Op } from "./graph/op.ts";
export { type Expr, e } from "./kernel/expression.ts";
export { binary, binaryBool, binaryFloat, unary, unaryFloat } from "./ops/apply.ts";
export { commit, persist } from "./ops/commit.ts";
export { type ElementwiseSpec, elementwise } from "./ops/define.ts";
export { boundary } from "./runtime/report.ts";
export { composite, outermost } from "./tape/modes.ts";

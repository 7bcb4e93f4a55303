/** What the other packages, and yours, stand on beside the tensors themselves. */
export { commit, persist } from "./ops/commit.ts";
export { boundary } from "./runtime/report.ts";
export { composite, outermost } from "./tape/modes.ts";

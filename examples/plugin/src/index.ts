export { Lion, type LionOptions } from "./lion.js";
export { LogCoshLoss, logCosh } from "./log-cosh-loss.js";
export { manhattan, manhattanKernel } from "./manhattan.js";
export { SwiGLU } from "./swiglu.js";

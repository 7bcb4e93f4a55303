/** PyTorch's `torch.nn.utils.parametrizations`. */
export { parametrizedWeightNorm as weightNorm } from "./weight-norm.ts";

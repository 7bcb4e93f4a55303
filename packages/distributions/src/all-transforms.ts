/** PyTorch's `torch.distributions.transforms`. */
export { StickBreakingTransform } from "./stick-breaking.ts";
export * from "./transforms.ts";

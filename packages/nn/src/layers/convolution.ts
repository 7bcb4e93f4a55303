import { ArgumentError, type Shape, type Tensor, zeros } from "@wgrad/autograd";
import { registerFields } from "../fields.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { pythonSizes } from "../print.ts";
import { perDim, positive, type Sizes } from "./sizes.ts";

/** Settings of a convolution that are printed after its channels. */
interface Printed {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[] | string;
  readonly dilation: readonly number[];
  readonly outputPadding?: readonly number[];
  readonly groups: number;
  readonly paddingMode?: string;
}

/**
 * The base of convolutions and transposed convolutions: learned filters, initialised uniformly on
 * ±1/√fan_in, the weight first.
 */
export abstract class Convolution extends Module<[Tensor], Tensor> {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(
    rank: number,
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    { groups = 1, bias = true }: { readonly groups?: number; readonly bias?: boolean },
    transposed: boolean,
  ) {
    super();
    const name = new.target.name;
    positive(name, { inChannels, outChannels, kernelSize, groups });
    const kernel = perDim(rank, kernelSize);
    if (kernel.length !== rank) {
      throw new ArgumentError(
        `${name}: kernelSize is [${kernel.join(", ")}]\n  hint: one number, or a list of ${rank}`,
      );
    }
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ArgumentError(
        `${name}: ${inChannels} input and ${outChannels} output channels cannot be split into ${groups} equal groups`,
      );
    }
    const shape: Shape = transposed
      ? [inChannels, outChannels / groups, ...kernel]
      : [outChannels, inChannels / groups, ...kernel];
    const bound = 1 / Math.sqrt(shape.slice(1).reduce((product, n) => product * n, 1));
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.groups = groups;
    this.weight = parameter(zeros(shape).uniform_(-bound, bound));
    this.bias = bias ? parameter(zeros([outChannels]).uniform_(-bound, bound)) : null;
    registerFields(this);
  }

  /** The settings that `extraRepr` prints. */
  protected abstract printed(): Printed;

  override extraRepr(): string {
    return printedConvolution(
      this.inChannels,
      this.outChannels,
      this.bias !== null,
      this.printed(),
    );
  }
}

/** A convolution's settings, as PyTorch prints them. */
export function printedConvolution(
  inChannels: number,
  outChannels: number,
  hasBias: boolean,
  printed: Printed,
): string {
  const { kernel, stride, padding, dilation, groups } = printed;
  const { outputPadding = [], paddingMode = "zeros" } = printed;
  const off = (sizes: readonly number[], rest: number): boolean => sizes.some((n) => n !== rest);
  const named = typeof padding === "string";
  return [
    `${inChannels}, ${outChannels}`,
    `kernel_size=${pythonSizes(kernel)}`,
    `stride=${pythonSizes(stride)}`,
    named || off(padding, 0) ? `padding=${named ? padding : pythonSizes(padding)}` : "",
    off(dilation, 1) ? `dilation=${pythonSizes(dilation)}` : "",
    off(outputPadding, 0) ? `output_padding=${pythonSizes(outputPadding)}` : "",
    groups === 1 ? "" : `groups=${groups}`,
    hasBias ? "" : "bias=False",
    paddingMode === "zeros" ? "" : `padding_mode=${paddingMode}`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}

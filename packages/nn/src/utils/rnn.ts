/** PyTorch's `torch.nn.utils.rnn`. */
export {
  type Lengths,
  PackedSequence,
  type PackOptions,
  type PadOptions,
  type PadPackedOptions,
  packPaddedSequence,
  packSequence,
  padPackedSequence,
  padSequence,
  unpackSequence,
  unpadSequence,
} from "./packed-sequence.ts";

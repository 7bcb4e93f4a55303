import { ArgumentError, ShapeError, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";

/**
 * Splits the channels into `groups` equal parts and interleaves them. x: [N, C, …].  Zhang et al.
 * 2018.
 */
export function channelShuffle(x: Tensor, groups: number): Tensor {
  checkCall("channelShuffle(x, groups: number)", arguments);
  return shuffleChannels("channelShuffle", x, groups);
}

/** `channelShuffle`, with the name of the caller for errors. */
export function shuffleChannels(call: string, x: Tensor, groups: number): Tensor {
  const channels = x.shape[1] ?? 0;
  if (x.shape.length < 3 || !Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new ArgumentError(
      `${call}: [${x.shape.join(", ")}] has channels that cannot be split into ${groups} equal groups`,
    );
  }
  return composite(() => {
    if (groups === 1) return x.clone();
    return x
      .unflatten(1, [groups, channels / groups])
      .transpose(1, 2)
      .flatten(1, 2);
  });
}

/**
 * The distances ‖xᵢ − xⱼ‖ₚ of all pairs of rows i < j, in order. The gradient of a distance of 0 is
 * 0. [N, M] → [N (N − 1) / 2].
 */
export function pdist(x: Tensor, p = 2): Tensor {
  checkCall("pdist(x, p?: number)", arguments);
  if (x.shape.length !== 2)
    throw new ShapeError(`pdist: takes rows [N, M], not [${x.shape.join(", ")}]`);
  if (!(p >= 0)) throw new ArgumentError(`pdist: p is ${p}\n  hint: 0 or more`);
  const n = x.shape[0] as number;
  const pairs = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n - 1 - i }, (_, j) => [i, i + 1 + j] as const),
  ).flat();
  return composite(() => {
    const rows = (side: 0 | 1): Tensor =>
      x.indexSelect(
        0,
        tensor(
          Int32Array.from(pairs, (pair) => pair[side]),
          { device: x },
        ),
      );
    return rows(0).sub(rows(1)).norm(p, 1);
  });
}

import { noGrad, type Tensor } from "@wgrad/autograd";
import { commit } from "@wgrad/autograd/plugin";
import { MismatchError } from "../errors.ts";
import { gatherObjects } from "../group/objects.ts";
import type { ProcessGroup } from "../group/process-group.ts";
import type { Operation } from "../protocol/header.ts";
import { bytesOf } from "../protocol/values.ts";
import { type Bucket, bucketsOf, readFlat } from "./flat.ts";

type Named = readonly (readonly [name: string, tensor: Tensor])[];

/** Maximum bytes per broadcast before training. */
const BYTES = 2 ** 26;

/** Throws MismatchError with the name of the first tensor in which the ranks' models differ. */
export async function checkSameModel(
  call: Operation,
  named: Named,
  group: ProcessGroup,
): Promise<void> {
  const own = named.map(([name, { shape, dtype, requiresGrad }]) => [
    name,
    `${dtype} [${shape.join(", ")}]${requiresGrad ? "" : ", frozen"}`,
  ]);
  const all = await gatherObjects(call, own, group);
  const [first] = all as [string[][]];
  for (const [r, other] of all.entries()) {
    const at = Array.from({ length: Math.max(first.length, other.length) }, (_, i) => i).find(
      (i) => String(first[i]) !== String(other[i]),
    );
    if (at === undefined) continue;
    const described = (one: string[] | undefined): string =>
      one === undefined ? "nothing more" : `${one[0]}, ${one[1]}`;
    throw new MismatchError(
      `${call}: ranks have different models` +
        `\n  rank ${group.ranks[0]}: ${described(first[at])}\n  rank ${group.ranks[r]}: ${described(other[at])}` +
        "\n  hint: make the same model on all ranks, with the same settings",
    );
  }
}

/** Broadcasts the values of the group's rank `root`. */
export async function broadcastTensors(
  call: Operation,
  tensors: readonly Tensor[],
  group: ProcessGroup,
  root = 0,
  step?: number,
): Promise<void> {
  await broadcastBuckets(call, bucketsOf(tensors, BYTES), group, root, step);
}

/** The same for buckets. */
export async function broadcastBuckets(
  call: Operation,
  buckets: readonly Bucket[],
  group: ProcessGroup,
  root: number,
  step?: number,
): Promise<void> {
  const updates: [Tensor, Tensor][] = [];
  const sent = buckets.map((bucket, part) => {
    const { dtype, size, tensors } = bucket;
    const values = readFlat(bucket);
    values.catch(() => {}); // the collective throws this error
    const at = step === undefined ? {} : { step };
    const header = { operation: call, elements: dtype, shape: [size], root, part, ...at };
    return group.run(header, async (transport) => {
      const own = await values;
      await transport.broadcast(bytesOf(own), root);
      if (group.rank === root) return;
      for (const [i, value] of bucket.tensorsOf(own).entries()) {
        const target = tensors[i] as Tensor;
        updates.push([target, noGrad(() => value.to(target.dtype))]);
      }
    });
  });
  await Promise.all(sent);
  if (updates.length > 0) commit(updates, call);
}

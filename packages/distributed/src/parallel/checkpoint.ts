import { ArgumentError } from "@wgrad/autograd";
import { describe } from "@wgrad/autograd/plugin";
import type { Stateful } from "@wgrad/autograd/saving";
import { DistributedError } from "../errors.ts";
import { gatherObjects } from "../group/objects.ts";
import type { ProcessGroup } from "../group/process-group.ts";

/** Parts that are equal on all ranks. Every other part has a state per rank. */
const shared = ["model", "optimizer", "scheduler"];

type Parts = Readonly<Record<string, Stateful>>;

/** A part with a state per rank, saved as a list. */
class PerRankPart implements Stateful {
  readonly part: Stateful;
  readonly #name: string;
  readonly #group: ProcessGroup;
  /** All ranks' states, after they were gathered. */
  gathered: readonly unknown[] | null = null;

  constructor(name: string, part: Stateful, group: ProcessGroup) {
    this.#name = name;
    this.part = part;
    this.#group = group;
  }

  /** All ranks' states if they were gathered; otherwise only this rank's, to roll back to. */
  stateDict(): { readonly ranks: readonly unknown[] } {
    if (this.gathered !== null) return { ranks: this.gathered };
    const ranks = this.#group.ranks.map((): unknown => null);
    ranks[this.#group.rank] = this.part.stateDict();
    return { ranks };
  }

  loadStateDict(saved: { readonly ranks: readonly unknown[] }): unknown {
    const { ranks } = (saved ?? {}) as { ranks?: unknown };
    const { size, rank } = this.#group;
    if (!Array.isArray(ranks) || ranks.length !== size) {
      const of = Array.isArray(ranks) ? `${ranks.length} ranks` : "one process";
      throw new ArgumentError(
        `fit: the checkpoint is from ${of}, but there are ${size} ranks now (${this.#name}: ${describe(ranks)})` +
          "\n  hint: resume with the same number; load(file) reads model and optimizer for any number",
      );
    }
    return this.part.loadStateDict(ranks[rank]);
  }
}

/**
 * A part whose state is sharded over the ranks. Its state is whole while saving, and otherwise this
 * rank's shard, to roll back to.
 */
class ShardedPart implements Stateful {
  readonly part: Sharded;
  saving = false;

  constructor(part: Sharded) {
    this.part = part;
  }

  stateDict(): unknown {
    return this.saving ? this.part.stateDict() : this.part.optim.stateDict();
  }

  loadStateDict(saved: unknown): unknown {
    return this.part.loadStateDict(saved);
  }
}

interface Sharded extends Stateful {
  readonly optim: Stateful;
  consolidateStateDict(): Promise<void>;
}

const isSplit = (part: Stateful): part is Sharded =>
  typeof (part as Partial<Sharded>).consolidateStateDict === "function";

/** Parts of a checkpoint, where parts with a state per rank save the states of all ranks. */
export const partsOfRanks = (parts: Parts, group: ProcessGroup): Parts =>
  Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [
      name,
      isSplit(part)
        ? new ShardedPart(part)
        : shared.includes(name)
          ? part
          : new PerRankPart(name, part, group),
    ]),
  );

/** Saves such parts on the group's first rank. An error there is thrown on all ranks. */
export async function saveOnce(
  parts: Parts,
  save: () => Promise<void>,
  group: ProcessGroup,
): Promise<void> {
  const own = Object.entries(parts).filter(
    (entry): entry is [string, PerRankPart] => entry[1] instanceof PerRankPart,
  );
  const states = await gatherObjects(
    "allGatherObject",
    own.map(([, { part }]) => part.stateDict()),
    group,
  );
  const split = Object.values(parts).filter((part) => part instanceof ShardedPart);
  for (const { part } of split) await part.consolidateStateDict();
  let thrown: unknown = null;
  if (group.rank === 0) {
    for (const [i, [, one]] of own.entries()) one.gathered = states.map((state) => state[i]);
    for (const one of split) one.saving = true;
    try {
      await save();
    } catch (error) {
      thrown = error ?? new Error("undefined was thrown");
    } finally {
      for (const [, one] of own) one.gathered = null;
      for (const one of split) one.saving = false;
    }
  }
  const [why] = await gatherObjects(
    "allGatherObject",
    thrown === null ? null : String(thrown),
    group,
  );
  if (thrown !== null) throw thrown;
  if (why !== null && why !== undefined) {
    throw new DistributedError(`save: rank ${group.ranks[0]} could not write: ${why}`);
  }
}

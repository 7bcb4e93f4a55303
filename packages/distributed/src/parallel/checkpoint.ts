import { ArgumentError } from "@wgrad/autograd";
import { describe } from "@wgrad/autograd/plugin";
import type { Stateful } from "@wgrad/autograd/saving";
import { DistributedError } from "../errors.ts";
import { gatherObjects } from "../group/objects.ts";
import type { ProcessGroup } from "../group/process-group.ts";

/** What is the same on all ranks; all else of a run is each rank's own. */
const shared = ["model", "optimizer", "scheduler"];

type Parts = Readonly<Record<string, Stateful>>;

/** A part of which every rank has its own: saved as a list. */
class OfRanks implements Stateful {
  readonly part: Stateful;
  readonly #name: string;
  readonly #group: ProcessGroup;
  /** All ranks' states, once they are gathered. */
  gathered: readonly unknown[] | null = null;

  constructor(name: string, part: Stateful, group: ProcessGroup) {
    this.#name = name;
    this.part = part;
    this.#group = group;
  }

  /** All ranks' states if they are gathered; else this rank's at its place, to go back to. */
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
        `fit: the checkpoint is of ${of}, here are ${size} ranks (${this.#name}: ${describe(ranks)})` +
          "\n  hint: go on with as many; load(file) has the model and the optimizer for any number",
      );
    }
    return this.part.loadStateDict(ranks[rank]);
  }
}

/** A part whose state is split over the ranks: whole while it is saved, else this rank's share, to go back to. */
class Split implements Stateful {
  readonly part: SplitPart;
  saving = false;

  constructor(part: SplitPart) {
    this.part = part;
  }

  stateDict(): unknown {
    return this.saving ? this.part.stateDict() : this.part.optim.stateDict();
  }

  loadStateDict(saved: unknown): unknown {
    return this.part.loadStateDict(saved);
  }
}

interface SplitPart extends Stateful {
  readonly optim: Stateful;
  consolidateStateDict(): Promise<void>;
}

const isSplit = (part: Stateful): part is SplitPart =>
  typeof (part as Partial<SplitPart>).consolidateStateDict === "function";

/** The parts of a checkpoint, those of each rank's own made to hold all ranks'. */
export const partsOfRanks = (parts: Parts, group: ProcessGroup): Parts =>
  Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [
      name,
      isSplit(part)
        ? new Split(part)
        : shared.includes(name)
          ? part
          : new OfRanks(name, part, group),
    ]),
  );

/** Saves such parts on the group's first rank. What fails there is thrown on all ranks. */
export async function saveOnce(
  parts: Parts,
  save: () => Promise<void>,
  group: ProcessGroup,
): Promise<void> {
  const own = Object.entries(parts).filter(
    (entry): entry is [string, OfRanks] => entry[1] instanceof OfRanks,
  );
  const states = await gatherObjects(
    "allGatherObject",
    own.map(([, { part }]) => part.stateDict()),
    group,
  );
  const split = Object.values(parts).filter((part) => part instanceof Split);
  for (const { part } of split) await part.consolidateStateDict();
  let thrown: unknown = null;
  if (group.rank === 0) {
    for (const [i, [, one]] of own.entries()) one.gathered = states.map((state) => state[i]);
    for (const one of split) one.saving = true;
    try {
      await save();
    } catch (error) {
      thrown = error ?? new Error("nothing was thrown");
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

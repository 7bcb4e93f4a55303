import type { Kernel } from "../devices/device.ts";
import type { Loops } from "../kernel/loops.ts";
import type { Part } from "./bindings.ts";
import { expandCounters } from "./expand.ts";
import { threadsOf } from "./grid.ts";
import { lowerParts } from "./lower.ts";
import { nameValues } from "./name-values.ts";
import type { Target } from "./target.ts";

/** A kernel as rounds of parts: the parts of one round may share a dispatch. */
export interface Rounds {
  readonly rounds: readonly (readonly Part[])[];
  /** Bytes of each scratch buffer; a batch has one for all. */
  readonly scratch: readonly number[];
  /** Threads of each round. */
  readonly threads: readonly number[];
}

/** What the offset of a binding is a multiple of. */
const ALIGN = 256;

/** Lowers a kernel for a device whose threads have a number. */
export function roundsOf(kernel: Kernel, target: Target): Rounds {
  const { parts, scratch } = lowerParts(kernel, target);
  const { offsets, bytes } = sideBySide(scratch);
  const count = Math.max(...parts.map((part) => part.stages.length));
  const rounds = Array.from({ length: count }, (_, round) =>
    parts.flatMap((part): Part[] => {
      const stage = part.stages[round];
      const scratches = offsets.slice(part.firstScratch);
      return stage === undefined ? [] : [{ ...part, loops: finished(stage), scratches }];
    }),
  );
  const threads = rounds.map((round) =>
    round.reduce((sum, { loops }) => sum + threadsOf(loops.grid), 0),
  );
  return { rounds, threads, scratch: kernel.batched === true && bytes > 0 ? [bytes] : scratch };
}

/** Loops whose indices are arithmetic and whose values are trees. */
function finished(loops: Loops): Loops {
  const { grid, body } = expandCounters(loops);
  return { grid, body: nameValues(body).body };
}

/** Where scratch buffers begin if they are ranges of one. */
function sideBySide(sizes: readonly number[]): { offsets: number[]; bytes: number } {
  let bytes = 0;
  const offsets = sizes.map((size) => {
    const offset = bytes;
    bytes += Math.ceil(size / ALIGN) * ALIGN;
    return offset;
  });
  return { offsets, bytes };
}

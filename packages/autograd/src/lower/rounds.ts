import type { Kernel } from "../devices/device.ts";
import type { Loops } from "../kernel/loops.ts";
import type { Part } from "./bindings.ts";
import { expandCounters } from "./expand.ts";
import { threadsOf } from "./grid.ts";
import { lowerParts } from "./lower.ts";
import { nameValues } from "./name-values.ts";
import type { Target } from "./target.ts";

/** A kernel as rounds: the parts' loops of one round may share a dispatch. */
export interface Rounds {
  readonly rounds: readonly (readonly Part[])[];
  /** Bytes of each scratch buffer; a batch has one for all. */
  readonly scratch: readonly number[];
  /** Threads of each round. */
  readonly threads: readonly number[];
}

/** Alignment of a binding's offset in bytes. */
const ALIGN = 256;

/** Lowers a kernel for a device whose threads compute coordinates from their number. */
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

/** Loops with indices as arithmetic and values as trees, ready to render. */
function finished(loops: Loops): Loops {
  const { grid, body } = expandCounters(loops);
  return { grid, body: nameValues(body).body };
}

/** The offsets of scratch buffers that are ranges of one buffer. */
function sideBySide(sizes: readonly number[]): { offsets: number[]; bytes: number } {
  let bytes = 0;
  const offsets = sizes.map((size) => {
    const offset = bytes;
    bytes += Math.ceil(size / ALIGN) * ALIGN;
    return offset;
  });
  return { offsets, bytes };
}

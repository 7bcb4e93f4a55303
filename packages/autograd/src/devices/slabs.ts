import type { BufferGroup, Place } from "./device.ts";

/** Alignment of ranges: every adapter accepts a binding at a multiple of this. */
const ALIGN = 256;

const SMALLEST: Readonly<Record<BufferGroup, number>> = {
  cells: 2 ** 20,
  gathered: 2 ** 20,
  numbers: 2 ** 16,
};
const LARGEST: number = 2 ** 26;

interface Range {
  begin: number;
  end: number;
}

interface Slab<Block> {
  readonly id: number;
  readonly group: BufferGroup;
  readonly block: Block;
  readonly size: number;
  /** Unused ranges in order. Adjacent ones are joined. */
  readonly free: Range[];
}

/** A range of a slab, and the slab's buffer. */
export interface Taken<Block> {
  readonly block: Block;
  readonly place: Place;
}

/**
 * Allocates buffers as ranges of larger ones, so that one dispatch reaches many tensors with few
 * bindings. Each new slab of a group is twice as large as the one before, up to a limit.
 */
export class Slabs<Block extends { readonly fault: Error | null }> {
  readonly #create: (bytes: number) => Block;
  readonly #destroy: (block: Block) => void;
  readonly #largest: number;
  readonly #slabs: Slab<Block>[] = [];
  #made = 0;

  constructor(
    create: (bytes: number) => Block,
    destroy: (block: Block) => void,
    maxBufferBytes: number,
  ) {
    this.#create = create;
    this.#destroy = destroy;
    this.#largest = Math.min(LARGEST, 2 ** Math.floor(Math.log2(maxBufferBytes)));
  }

  /** Takes a range; null if it is too large for a slab. */
  take(bytes: number, group: BufferGroup): Taken<Block> | null {
    const size = Math.ceil(bytes / ALIGN) * ALIGN;
    if (size > this.#largest / 4) return null;
    const slab =
      this.#slabs.find(
        (one) => one.group === group && one.block.fault === null && fits(one, size),
      ) ?? this.#grow(size, group);
    const range = slab.free.find(({ begin, end }) => end - begin >= size) as Range;
    const offset = range.begin;
    range.begin += size;
    if (range.begin === range.end) slab.free.splice(slab.free.indexOf(range), 1);
    return { block: slab.block, place: { slab: slab.id, offset } };
  }

  /** Frees a range. A slab without ranges in use is destroyed. */
  give({ slab: id, offset }: Place, bytes: number): void {
    const slab = this.#slabs.find((one) => one.id === id);
    if (slab === undefined) return;
    const { free } = slab;
    const range = { begin: offset, end: offset + Math.ceil(bytes / ALIGN) * ALIGN };
    const at = free.findIndex(({ begin }) => begin > range.begin);
    const next = at < 0 ? free.length : at;
    free.splice(next, 0, range);
    join(free, next);
    join(free, next - 1);
    if (free[0]?.begin !== 0 || free[0].end !== slab.size) return;
    this.#destroy(slab.block);
    this.#slabs.splice(this.#slabs.indexOf(slab), 1);
  }

  #grow(size: number, group: BufferGroup): Slab<Block> {
    const before = this.#slabs.filter((one) => one.group === group);
    let bytes = Math.max(SMALLEST[group], ...before.map((one) => 2 * one.size));
    while (bytes < 4 * size) bytes *= 2;
    bytes = Math.min(bytes, this.#largest);
    const slab: Slab<Block> = {
      id: this.#made++,
      group,
      block: this.#create(bytes),
      size: bytes,
      free: [{ begin: 0, end: bytes }],
    };
    this.#slabs.push(slab);
    return slab;
  }
}

const fits = ({ free }: Slab<unknown>, size: number): boolean =>
  free.some(({ begin, end }) => end - begin >= size);

/** Joins the range at `i` with the next one if they are adjacent. */
function join(ranges: Range[], i: number): void {
  const [here, next] = [ranges[i], ranges[i + 1]];
  if (here === undefined || next === undefined || here.end !== next.begin) return;
  here.end = next.end;
  ranges.splice(i + 1, 1);
}

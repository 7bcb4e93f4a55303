import { describe, expect, test } from "vitest";
import { Slabs } from "../../src/devices/slabs.ts";
import type { Block } from "../../src/devices/webgpu/memory.ts";

/** Counts the buffers that are made and destroyed. */
function counting(): { slabs: Slabs<Block>; sizes: number[]; destroyed: () => number } {
  const sizes: number[] = [];
  let destroyed = 0;
  const create = (size: number): Block => {
    sizes.push(size);
    const buffer = { destroy: () => destroyed++ } as unknown as GPUBuffer;
    return { buffer, fault: null };
  };
  return {
    slabs: new Slabs(create, ({ buffer }) => buffer.destroy(), 2 ** 28),
    sizes,
    destroyed: () => destroyed,
  };
}

describe("slabs", () => {
  test("ranges of a group lie in one buffer and do not overlap", () => {
    const { slabs, sizes } = counting();
    const taken = [4, 300, 256, 1000].map((bytes) => slabs.take(bytes, "cells"));
    expect(new Set(taken.map((one) => one?.place.slab)).size).toBe(1);
    expect(taken.map((one) => one?.place.offset)).toEqual([0, 256, 768, 1024]);
    expect(slabs.take(4, "numbers")?.place.slab).not.toBe(taken[0]?.place.slab);
    expect(sizes).toEqual([2 ** 20, 2 ** 16]);
  });

  test("freed ranges are joined with their neighbours and reused", () => {
    const { slabs, sizes } = counting();
    const places = [256, 256, 256, 256].map((bytes) => slabs.take(bytes, "numbers")?.place);
    const [a, b, c] = places;
    for (const place of [a, c, b]) if (place) slabs.give(place, 256);
    expect(slabs.take(768, "numbers")?.place.offset).toBe(0);
    expect(sizes).toHaveLength(1);
  });

  test("each slab is twice as large as the one before, and an empty slab is destroyed", () => {
    const { slabs, sizes, destroyed } = counting();
    const places = Array.from({ length: 9 }, () => slabs.take(2 ** 18, "cells")?.place);
    expect(sizes).toEqual([2 ** 20, 2 ** 21]);
    for (const place of places) if (place) slabs.give(place, 2 ** 18);
    expect(destroyed()).toBe(2);
  });

  test("a buffer that is too large for a slab gets none", () => {
    const { slabs, sizes } = counting();
    expect(slabs.take(2 ** 25, "cells")).toBeNull();
    expect(sizes).toEqual([]);
  });
});

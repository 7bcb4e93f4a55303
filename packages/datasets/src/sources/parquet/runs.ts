import { type Cursor, varint } from "./thrift.ts";

/**
 * Checks numbers in runs and bit-packed groups (Parquet's RLE hybrid) before a decoder trusts their
 * lengths: `count` of `width` bits, from the cursor up to `end`, each below `below`. Gives how many
 * are 1. Throws an Error for what is not so.
 */
export function checkRuns(
  { bytes, at }: Cursor,
  end: number,
  width: number,
  count: number,
  below: number,
): number {
  const cursor: Cursor = { bytes: bytes.subarray(0, end), at };
  if (width > 32) throw new Error(`numbers of ${width} bits`);
  const size = (width + 7) >> 3;
  let ones = 0;
  for (let seen = 0; seen < count; ) {
    const header = varint(cursor);
    const length = Math.floor(header / 2);
    if (header % 2 === 0) {
      if (length === 0 || length > count - seen) throw new Error(`a run of ${length} numbers`);
      const value = littleEndian(cursor, size);
      if (value >= below) throw new Error(`the number ${value} where ${below} is too much`);
      if (value === 1) ones += length;
      seen += length;
    } else {
      const values = Math.min(8 * length, count - seen);
      if (length === 0 || length * width > cursor.bytes.length - cursor.at + 8 * width) {
        throw new Error(`a group of ${8 * length} numbers`);
      }
      ones += checkPacked(cursor, width, values, below);
      cursor.at += length * width;
      seen += values;
    }
  }
  return ones;
}

/** Numbers of `width` bits one after the other, the lowest bit first. */
function checkPacked({ bytes, at }: Cursor, width: number, count: number, below: number): number {
  if (Math.ceil((count * width) / 8) > bytes.length - at) throw new Error("a group ends too soon");
  let ones = 0;
  let bit = 0;
  for (let i = 0; i < count; i++) {
    let value = 0;
    for (let got = 0; got < width; ) {
      const taken = Math.min(8 - (bit & 7), width - got);
      const part = ((bytes[at + (bit >> 3)] as number) >> (bit & 7)) & ((1 << taken) - 1);
      value += part * 2 ** got;
      got += taken;
      bit += taken;
    }
    if (value >= below) throw new Error(`the number ${value} where ${below} is too much`);
    if (value === 1) ones++;
  }
  return ones;
}

function littleEndian(cursor: Cursor, size: number): number {
  if (cursor.at + size > cursor.bytes.length) throw new Error("a run ends too soon");
  let value = 0;
  for (let i = 0; i < size; i++) value += (cursor.bytes[cursor.at++] as number) * 256 ** i;
  return value;
}

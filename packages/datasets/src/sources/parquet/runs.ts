import { type Cursor, varint } from "./thrift.ts";

/**
 * Checks Parquet's RLE hybrid encoding before a decoder trusts its lengths: `count` numbers of
 * `width` bits, from the cursor to `end`, each below `below`. Returns how many are 1. Throws an
 * Error otherwise.
 */
export function checkRuns(
  { bytes, at }: Cursor,
  end: number,
  width: number,
  count: number,
  below: number,
): number {
  const cursor: Cursor = { bytes: bytes.subarray(0, end), at };
  if (width > 32) throw new Error(`numbers of ${width} bits are not supported`);
  const size = (width + 7) >> 3;
  let ones = 0;
  for (let seen = 0; seen < count; ) {
    const header = varint(cursor);
    const length = Math.floor(header / 2);
    if (header % 2 === 0) {
      if (length === 0 || length > count - seen)
        throw new Error(`a run of ${length} numbers is invalid`);
      const value = littleEndian(cursor, size);
      if (value >= below) throw new Error(`the number ${value} is not below ${below}`);
      if (value === 1) ones += length;
      seen += length;
    } else {
      const values = Math.min(8 * length, count - seen);
      if (length === 0 || length * width > cursor.bytes.length - cursor.at + 8 * width) {
        throw new Error(`a group of ${8 * length} numbers is invalid`);
      }
      ones += checkPacked(cursor, width, values, below);
      cursor.at += length * width;
      seen += values;
    }
  }
  return ones;
}

/** Checks bit-packed numbers of `width` bits, lowest bit first. */
function checkPacked({ bytes, at }: Cursor, width: number, count: number, below: number): number {
  if (Math.ceil((count * width) / 8) > bytes.length - at) throw new Error("a group is truncated");
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
    if (value >= below) throw new Error(`the number ${value} is not below ${below}`);
    if (value === 1) ones++;
  }
  return ones;
}

function littleEndian(cursor: Cursor, size: number): number {
  if (cursor.at + size > cursor.bytes.length) throw new Error("a run is truncated");
  let value = 0;
  for (let i = 0; i < size; i++) value += (cursor.bytes[cursor.at++] as number) * 256 ** i;
  return value;
}

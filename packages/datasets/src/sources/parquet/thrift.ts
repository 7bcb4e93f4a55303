/** A struct of Thrift's compact protocol, reduced to its numbers, booleans and structs. */
export type Fields = ReadonlyMap<number, number | boolean | Fields>;

const TRUE = 1;
const FALSE = 2;
const I32 = 5;
const STRUCT = 12;
/** Maximum nesting of structs; page headers are not deeper. */
const DEEPEST = 8;

/** Position of a reader. */
export interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/** Reads a struct and skips fields of other types. Throws an Error for invalid bytes. */
export function readFields(cursor: Cursor, depth = 0): Fields {
  if (depth > DEEPEST) throw new Error("a header is nested too deep");
  const found = new Map<number, number | boolean | Fields>();
  let id = 0;
  for (;;) {
    const head = next(cursor);
    const type = head & 15;
    if (type === 0) return found;
    id = head >> 4 === 0 ? zigzag(cursor) : id + (head >> 4);
    const value = readValue(cursor, type, depth);
    if (value !== null) found.set(id, value);
  }
}

function readValue(cursor: Cursor, type: number, depth: number): number | boolean | Fields | null {
  switch (type) {
    case TRUE:
      return true;
    case FALSE:
      return false;
    case 3:
      return (next(cursor) << 24) >> 24;
    case 4:
    case I32:
    case 6:
      return zigzag(cursor);
    case 7:
      return skip(cursor, 8);
    case 8:
      return skip(cursor, varint(cursor));
    case 9:
    case 10:
      return skipList(cursor, depth);
    case STRUCT:
      return readFields(cursor, depth + 1);
    default:
      throw new Error(`a header has a field of type ${type}`);
  }
}

function skipList(cursor: Cursor, depth: number): null {
  const head = next(cursor);
  const count = head >> 4 === 15 ? varint(cursor) : head >> 4;
  if (count > cursor.bytes.length - cursor.at) throw new Error("a header is truncated");
  const type = head & 15;
  for (let i = 0; i < count; i++)
    readValue(cursor, type === TRUE || type === FALSE ? 3 : type, depth);
  return null;
}

function skip(cursor: Cursor, count: number): null {
  if (count > cursor.bytes.length - cursor.at) throw new Error("a header is truncated");
  cursor.at += count;
  return null;
}

function next(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at++];
  if (byte === undefined) throw new Error("a header is truncated");
  return byte;
}

/** Reads an unsigned number in groups of seven bits, lowest first. */
export function varint(cursor: Cursor): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = next(cursor);
    value += (byte & 127) * scale;
    if (!Number.isSafeInteger(value)) throw new Error("a header has a number beyond 2⁵³");
    if (byte < 128) return value;
  }
}

function zigzag(cursor: Cursor): number {
  const value = varint(cursor);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Writes a struct of 32-bit numbers, booleans and structs. */
export function writeFields(fields: Fields): number[] {
  const out: number[] = [];
  let before = 0;
  for (const [id, value] of [...fields].sort(([a], [b]) => a - b)) {
    const type =
      typeof value === "number" ? I32 : value === true ? TRUE : value === false ? FALSE : STRUCT;
    out.push(((id - before) << 4) | type);
    before = id;
    if (typeof value === "number") out.push(...varintOf(value >= 0 ? 2 * value : -2 * value - 1));
    else if (typeof value !== "boolean") out.push(...writeFields(value));
  }
  return [...out, 0];
}

function varintOf(value: number): number[] {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...out, rest];
    out.push((rest % 128) | 128);
  }
}

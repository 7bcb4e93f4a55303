/** TensorBoard's event files: protocol buffers `Event` (tensorflow/core/util/event.proto) in TFRecords. */
import { maskedCrc32c } from "./crc32c.ts";

export interface Event {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  /** The first event of a file says "brain.Event:2". */
  readonly fileVersion?: string;
  /** Numbers by tag. */
  readonly scalars?: Readonly<Record<string, number>>;
  /** Readers forget what earlier files have from this step on. */
  readonly starts?: boolean;
}

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;
/** SessionLog.START. */
const START = 1;
const text = new TextEncoder();

/** Whole numbers from 0 on, seven bits a byte. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

const key = (field: number, type: number): number[] => varint(field * 8 + type);
const delimited = (field: number, bytes: ArrayLike<number>): number[] => [
  ...key(field, DELIMITED),
  ...varint(bytes.length),
  ...Array.from(bytes),
];

function float(value: number, bytes: 4 | 8): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  if (bytes === 4) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return new Uint8Array(view.buffer);
}

/** The message: wall_time = 1, step = 2, file_version = 3, summary = 5, session_log = 7. */
function message({ wallTime, step, fileVersion, scalars, starts = false }: Event): Uint8Array {
  const values = Object.entries(scalars ?? {}).map(([tag, value]) =>
    delimited(1, [
      ...delimited(1, text.encode(tag)),
      ...key(2, FIXED32),
      ...float(value, 4), // Summary.Value: tag = 1, simple_value = 2
    ]),
  );
  return Uint8Array.from([
    ...key(1, FIXED64),
    ...float(wallTime, 8),
    ...key(2, VARINT),
    ...varint(step),
    ...(fileVersion === undefined ? [] : delimited(3, text.encode(fileVersion))),
    ...(scalars === undefined ? [] : delimited(5, values.flat())),
    ...(starts ? delimited(7, [...key(1, VARINT), START]) : []),
  ]);
}

/** The event as a TFRecord: its length and its bytes, little-endian, each with its masked CRC-32C. */
export function eventRecord(event: Event): Uint8Array<ArrayBuffer> {
  const data = message(event);
  const record = new Uint8Array(16 + data.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, data.length, true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}

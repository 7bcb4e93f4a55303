/** Reads event files, apart from what writes them: framing, checksums bit by bit, and the messages. */
import type { Event } from "../src/log/event.ts";

/** The remainder by the polynomial of CRC-32C, one bit after the other. */
function checksum(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const odd = ((crc ^ (byte >> bit)) & 1) === 1;
      crc = odd ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    }
  }
  const sum = BigInt(~crc >>> 0);
  const turned = ((sum >> 15n) | (sum << 17n)) & 0xffffffffn;
  return Number((turned + 0xa282ead8n) & 0xffffffffn);
}

/** The fields of a message: number → values, each a number or bytes. */
function fieldsIn(bytes: Uint8Array): Map<number, (number | Uint8Array)[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields = new Map<number, (number | Uint8Array)[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = view.getUint8(at++);
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  const take = (type: number): number | Uint8Array => {
    if (type === 0) return varint();
    const length = type === 1 ? 8 : type === 5 ? 4 : varint();
    at += length;
    if (type === 1) return view.getFloat64(at - 8, true);
    if (type === 5) return view.getFloat32(at - 4, true);
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = varint();
    const values = fields.get(key >> 3) ?? [];
    values.push(take(key & 7));
    fields.set(key >> 3, values);
  }
  return fields;
}

/** All events of a file. Throws where a length or a checksum is wrong. */
export function eventsIn(file: Uint8Array): Event[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const events: Event[] = [];
  const text = (bytes: unknown): string => new TextDecoder().decode(bytes as Uint8Array);
  for (let at = 0; at < file.length; ) {
    const length = view.getUint32(at, true);
    const data = file.subarray(at + 12, at + 12 + length);
    const sums = [view.getUint32(at + 8, true), view.getUint32(at + 12 + length, true)];
    const expected = [checksum(file.subarray(at, at + 8)), checksum(data)];
    if (String(sums) !== String(expected)) throw new Error(`the sums are ${sums}, not ${expected}`);
    at += 16 + length;
    const event = fieldsIn(data);
    const [version] = event.get(3) ?? [];
    const [summary] = event.get(5) ?? [];
    const values = summary === undefined ? null : fieldsIn(summary as Uint8Array).get(1);
    const scalars = values?.map((value): [string, number] => {
      const fields = fieldsIn(value as Uint8Array);
      return [text(fields.get(1)?.[0]), fields.get(2)?.[0] as number];
    });
    events.push({
      wallTime: event.get(1)?.[0] as number,
      step: event.get(2)?.[0] as number,
      ...(version !== undefined && { fileVersion: text(version) }),
      ...(scalars && { scalars: Object.fromEntries(scalars) }),
      ...(event.has(7) && { starts: true }),
    });
  }
  return events;
}

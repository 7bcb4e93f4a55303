import { arrayType } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { encodeHalves } from "../half.ts";
import { sizeOf } from "../shape.ts";
import { checkCall, describe } from "../signature.ts";
import {
  fault,
  fileType,
  SafetensorsError,
  type SafetensorsFile,
  type TensorRecord,
} from "./format.ts";
import {
  checkMetadata,
  HEADER_LIMIT,
  headerLengthOf,
  METADATA,
  PREFIX,
  parseHeader,
} from "./header.ts";

/**
 * Reads a safetensors file. Data that is aligned in `file` is a view of it, other data is copied.
 * Throws a
 * SafetensorsError, before anything is allocated, if header and bytes do not agree.
 */
export function readSafetensors(file: ArrayBuffer | Uint8Array): SafetensorsFile {
  checkCall("readSafetensors(file: any)", arguments);
  if (!(file instanceof Uint8Array || file instanceof ArrayBuffer)) {
    throw new ArgumentError(
      `readSafetensors: expected the bytes of a file, got ${describe(file)}\n  hint: load(path) of @wgrad/autograd/saving opens files`,
    );
  }
  const bytes = file instanceof Uint8Array ? file : new Uint8Array(file);
  const bodyAt = PREFIX + headerLengthOf(bytes, bytes.length);
  const body = bytes.subarray(bodyAt);
  const { entries, metadata } = parseHeader(bytes.subarray(PREFIX, bodyAt), body.length);
  const tensors = entries.map(({ name, type, shape, begin, end }): [string, TensorRecord] => [
    name,
    { dtype: type.dtype, shape, data: type.decode(body.subarray(begin, end), name) },
  ]);
  return { tensors: Object.fromEntries(tensors), metadata };
}

/**
 * Writes tensors as a safetensors file, in the order of Python's library: wider types first, so
 * that all
 * tensors are aligned, then by name.
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, TensorRecord>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  checkCall("writeSafetensors(tensors: object, metadata?)", arguments);
  const parts = safetensorsParts(tensors, metadata);
  const file = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** The bytes of a file in order. Only halves are copied. */
export function safetensorsParts(
  tensors: Readonly<Record<string, TensorRecord>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array[] {
  checkMetadata(metadata);
  checkHeaderLength(Object.values(metadata).reduce((total, text) => total + text.length, 0));
  const order = Object.keys(fileType);
  const entries = Object.entries(tensors).sort(
    ([a, x], [b, y]) => order.indexOf(x.dtype) - order.indexOf(y.dtype) || (a < b ? -1 : 1),
  );
  const fields = Object.keys(metadata).length > 0 ? [field(METADATA, metadata)] : [];
  const data: Uint8Array[] = [];
  let end = 0;
  for (const [name, { dtype, shape, data: values }] of entries) {
    if (name === METADATA) throw fault(name, "the name is reserved");
    if (!(values instanceof arrayType(dtype)) || values.length !== sizeOf(shape)) {
      const given = `${values.constructor.name} of ${values.length}`;
      throw fault(name, `[${shape.join(", ")}] ${dtype} does not fit ${given}`);
    }
    const begin = end;
    const bytes = dtype === "f16" ? encodeHalves(values) : values;
    end += bytes.byteLength;
    fields.push(field(name, { dtype: fileType[dtype], shape, data_offsets: [begin, end] }));
    data.push(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
  return [headerBytes(`{${fields.join(",")}}`), ...data];
}

const field = (name: string, value: unknown): string =>
  `${JSON.stringify(name)}:${JSON.stringify(value)}`;

/** The length of the header, the header, and spaces up to a multiple of eight. */
function headerBytes(json: string): Uint8Array {
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  checkHeaderLength(length);
  const bytes = new Uint8Array(PREFIX + length).fill(0x20, PREFIX + text.length);
  new DataView(bytes.buffer).setUint32(0, length, true);
  bytes.set(text, PREFIX);
  return bytes;
}

function checkHeaderLength(length: number): void {
  if (length <= HEADER_LIMIT) return;
  throw new SafetensorsError(
    `safetensors: names and metadata take ${length} bytes, but readers accept ${HEADER_LIMIT}`,
  );
}

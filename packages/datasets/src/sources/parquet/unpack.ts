/** Decompresses a page to exactly `length` bytes; throws an Error otherwise. */
export type Unpack = (bytes: Uint8Array, length: number) => Uint8Array;

/** Decompressors by Parquet codec. */
export async function unpackers(): Promise<Readonly<Record<string, Unpack | undefined>>> {
  const [{ compressors }, { gunzipSync }] = await Promise.all([
    import("hyparquet-compressors"),
    import("fflate"),
  ]);
  const exactly =
    (unpack: Unpack): Unpack =>
    (bytes, length) => {
      if (length === 0) return new Uint8Array(0);
      const out = unpack(bytes, length);
      if (out.length === length) return out;
      throw new Error(`a page unpacks to ${out.length} bytes instead of ${length}`);
    };
  const others = Object.entries(compressors).map(
    ([codec, unpack]) => [codec, exactly(unpack as Unpack)] as const,
  );
  return {
    ...Object.fromEntries(others),
    UNCOMPRESSED: exactly((bytes) => bytes),
    // one extra byte detects excess output without decompressing all of it
    GZIP: exactly((bytes, length) => gunzipSync(bytes, { out: new Uint8Array(length + 1) })),
    ZSTD: exactly((bytes, length) => {
      checkZstd(bytes, length);
      return (compressors.ZSTD as Unpack)(bytes, length);
    }),
  };
}

const BLOCK = 2 ** 17;

/** Tolerance of the blocks' declared sizes, because few blocks are full. */
const SLACK = 2 ** 26;

/**
 * Checks that the headers of frames and blocks do not declare far more than `length` bytes, because
 * the library would decompress them all.
 */
function checkZstd(bytes: Uint8Array, length: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let [at, plain, packed] = [0, 0, 0];
  while (at < bytes.length) {
    const magic = view.getUint32(at, true);
    if (magic >>> 4 === 0x184d2a5) {
      at += 8 + view.getUint32(at + 4, true);
      continue;
    }
    if (magic !== 0xfd2fb528) throw new Error("a page is not zstd data");
    const flags = view.getUint8(at + 4);
    const single = (flags & 32) !== 0;
    const sizeBytes = [single ? 1 : 0, 2, 4, 8][flags >> 6] as number;
    const sizeAt = at + 5 + (single ? 0 : 1) + ([0, 1, 2, 4][flags & 3] as number);
    if (contentSize(view, sizeAt, sizeBytes) > length)
      throw new Error("a page unpacks to too much");
    at = sizeAt + sizeBytes;
    for (let last = false; !last; ) {
      const head = view.getUint8(at) | (view.getUint16(at + 1, true) << 8);
      const [type, size] = [(head >> 1) & 3, head >>> 3];
      last = (head & 1) === 1;
      at += 3 + (type === 1 ? 1 : size);
      if (type === 2) packed += BLOCK;
      else plain += size;
      const isTooMuch = plain > length || packed > SLACK + 8 * length;
      if (type === 3 || size > BLOCK || isTooMuch) throw new Error("a page unpacks to too much");
    }
    if ((flags & 4) !== 0) at += 4;
  }
}

function contentSize(view: DataView, at: number, bytes: number): number {
  if (bytes === 0) return 0;
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  if (bytes === 4) return view.getUint32(at, true);
  return Number(view.getBigUint64(at, true));
}

import { type CreateOptions, init, type Shape, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { decodeElements, SafetensorsError, type TensorRecord } from "@wgrad/autograd/safetensors";
import { type OpenFile, openFile, type Source } from "@wgrad/autograd/saving";
import { ReaderError } from "./error.ts";
import { type Global, Tuple, unpickle } from "./pickle.ts";
import { readEntry, type ZipEntry, zipDirectory } from "./zip-directory.ts";

/** A storage class: the element type under its safetensors name, and its bytes. */
class ElementType {
  readonly name: string;
  readonly bytes: number;

  constructor(name: string, bytes: number) {
    this.name = name;
    this.bytes = bytes;
  }
}

type Elements = Pick<TensorRecord, "dtype" | "data"> | Pick<LongRecord, "dtype" | "data">;

/** The parts of a tensor that torch.save stores. */
interface Storage {
  readonly type: ElementType;
  readonly key: string;
  readonly length: number;
}

/** A tensor of a file that has not been read. */
class View {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(
    storage: Storage,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
  ) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    const last = shape.reduce((sum, size, d) => sum + (size - 1) * (strides[d] as number), offset);
    const isEmpty = shape.includes(0);
    const wrong =
      offset < 0 || strides.some((stride) => stride < 0) || (!isEmpty && last >= storage.length);
    if (wrong || shape.length !== strides.length) {
      throw new ReaderError(
        `a tensor [${shape.join(", ")}] at ${offset} extends beyond its storage of ${storage.length} elements`,
      );
    }
  }
}

/** An int64 tensor that does not fit into 32 bits; no device supports it. */
export interface LongRecord {
  readonly dtype: "i64";
  readonly shape: Shape;
  readonly data: BigInt64Array;
}

/** A tensor that is not on a device. */
export type PtRecord = TensorRecord | LongRecord;

/**
 * The content of a file: plain data with tensors. A dict whose keys are all texts is an object;
 * other dicts are Maps.
 */
export type PtValue<Leaf> =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Leaf
  | readonly PtValue<Leaf>[]
  | ReadonlySet<unknown>
  | ReadonlyMap<unknown, PtValue<Leaf>>
  | { readonly [key: string]: PtValue<Leaf> };

/**
 * Reads a file of torch.save, with tensors that are not on a device. Integers of 8, 16 and 64 bits
 * become i32 (i64 as bigints if they do not fit), bfloat16 becomes f32.
 *
 * A pickle can name code. No code is run: anything but tensors and plain containers throws
 * ReaderError with its name, before a tensor is read.
 */
export async function readPt<T = PtValue<PtRecord>>(source: Source): Promise<T> {
  checkCall("readPt(source: any)", arguments);
  return withArchive("readPt", source, async (tree, read) => (await resolved(tree, read)) as T);
}

/** `readPt` with tensors on the device: `model.loadStateDict(await loadPt("model.pt"))`. */
export async function loadPt<T = PtValue<Tensor>>(
  source: Source,
  options: { readonly device?: CreateOptions["device"] } = {},
): Promise<T> {
  checkCall("loadPt(source: any, { device })", arguments);
  await init();
  return withArchive("loadPt", source, async (tree, read) => {
    const onDevice = async (view: View): Promise<Tensor> => {
      const { data, shape, dtype } = await read(view);
      if (dtype === "i64")
        throw new ReaderError(
          `a tensor [${shape.join(", ")}] of int64 does not fit into 32 bits\n  hint: readPt returns its numbers`,
        );
      const isWide = dtype === "f64" || dtype === "f16";
      return tensor(isWide ? Float32Array.from(data) : data, {
        shape,
        dtype: isWide ? "f32" : dtype,
        ...options,
      });
    };
    return (await resolved(tree, onDevice)) as T;
  });
}

async function withArchive<T>(
  call: string,
  source: Source,
  use: (tree: unknown, read: (view: View) => Promise<PtRecord>) => Promise<T>,
): Promise<T> {
  const file = await openFile(call, source);
  try {
    const entries = await zipDirectory(file);
    const pickle = [...entries.values()].find(({ path }) => /(^|\/)data\.pkl$/.test(path));
    if (pickle === undefined)
      throw new ReaderError("it has no data.pkl, so torch.save did not write it");
    const folder = pickle.path.slice(0, -"data.pkl".length);
    await checkByteOrder(file, entries.get(`${folder}byteorder`));
    const tree = unpickle(await readEntry(file, pickle), handlers);
    return await use(tree, storageReader(file, entries, folder));
  } catch (error) {
    if (!(error instanceof ReaderError || error instanceof SafetensorsError)) throw error;
    const reason = error.message.replace(/^safetensors: /, "");
    throw new ReaderError(`${call}: ${file.name}: ${reason}`, { cause: error });
  } finally {
    await file.close();
  }
}

async function checkByteOrder(file: OpenFile, entry: ZipEntry | undefined): Promise<void> {
  if (entry === undefined) return;
  const order = new TextDecoder().decode(await readEntry(file, entry));
  if (order !== "little") throw new ReaderError(`its numbers are ${order}-endian`);
}

/** Reads storages. Views of one storage follow each other, so the last storage is kept. */
function storageReader(file: OpenFile, entries: ReadonlyMap<string, ZipEntry>, folder: string) {
  let last: ({ key: string } & Elements) | null = null;
  return async ({ storage, offset, shape, strides }: View): Promise<PtRecord> => {
    const { key, type, length } = storage;
    if (last?.key !== key) {
      const entry = entries.get(`${folder}data/${key}`);
      if (entry === undefined) throw new ReaderError(`it has no data/${key}`);
      const bytes = await readEntry(file, entry);
      if (bytes.length < length * type.bytes) throw new ReaderError(`data/${key} is too short`);
      last = {
        key,
        ...elementsOf(type, bytes.subarray(0, length * type.bytes), `data/${key}`),
      };
    }
    const data = gathered(last.data, offset, shape, strides);
    return { dtype: last.dtype, shape, data } as PtRecord;
  };
}

/** 64-bit integers become i32 if all elements of the storage fit. */
function elementsOf(type: ElementType, bytes: Uint8Array, name: string): Elements {
  if (type.name !== "I64") return decodeElements(type.name, bytes, name);
  const longs = new BigInt64Array(bytes.slice().buffer as ArrayBuffer);
  const fit = longs.every((value) => BigInt.asIntN(32, value) === value);
  return fit
    ? { dtype: "i32", data: Int32Array.from(longs, Number) }
    : { dtype: "i64", data: longs };
}

/** The elements of a view, in order. */
function gathered<Values extends PtRecord["data"]>(
  values: Values,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): Values {
  const count = shape.reduce((a, b) => a * b, 1);
  const out = new (values.constructor as new (length: number) => Values)(count);
  const index = shape.map(() => 0);
  let place = offset;
  for (let i = 0; i < count; i++) {
    out[i] = values[place] as Values[number];
    for (let d = shape.length - 1; d >= 0; d--) {
      place += strides[d] as number;
      index[d] = (index[d] as number) + 1;
      if (index[d] !== shape[d]) break;
      place -= (strides[d] as number) * (shape[d] as number);
      index[d] = 0;
    }
  }
  return out;
}

/** torch's storage classes. */
const STORAGES: Readonly<Record<string, ElementType>> = {
  DoubleStorage: new ElementType("F64", 8),
  FloatStorage: new ElementType("F32", 4),
  HalfStorage: new ElementType("F16", 2),
  BFloat16Storage: new ElementType("BF16", 2),
  LongStorage: new ElementType("I64", 8),
  IntStorage: new ElementType("I32", 4),
  ShortStorage: new ElementType("I16", 2),
  CharStorage: new ElementType("I8", 1),
  ByteStorage: new ElementType("U8", 1),
  BoolStorage: new ElementType("BOOL", 1),
};

type Call = (...args: readonly unknown[]) => unknown;

const numbersOf = (value: unknown): number[] => {
  if (Array.isArray(value) && value.every((one) => Number.isSafeInteger(one))) return [...value];
  throw new ReaderError("the shape of a tensor contains a value that is not an integer");
};

function rebuild(storage: unknown, offset: unknown, shape: unknown, strides: unknown): View {
  const known = storage as Storage;
  if (typeof known?.key !== "string" || !Number.isSafeInteger(offset))
    throw new ReaderError("a tensor has no storage");
  return new View(known, offset as number, numbersOf(shape), numbersOf(strides));
}

/** Latin-1 text that represents bytes, as in protocol 2. */
const encoded: Call = (text) => Uint8Array.from(String(text), (letter) => letter.charCodeAt(0));

/** Names that a pickle may contain, and the results of calling them. */
const known: Readonly<Record<string, Call>> = {
  "collections.OrderedDict": (items) =>
    new Map(
      (items as readonly [unknown, unknown][] | undefined)?.map(([key, value]) => [key, value]),
    ),
  "torch._utils._rebuild_tensor_v2": rebuild,
  "torch._utils._rebuild_parameter": (data) => data,
  "torch.Size": (sizes) => [...(sizes as readonly unknown[])],
  "__builtin__.set": (items) => new Set(items as readonly unknown[]),
  "builtins.set": (items) => new Set(items as readonly unknown[]),
  "__builtin__.bytearray": (bytes) => bytes,
  "__builtin__.bytes": () => new Uint8Array(0),
  "_codecs.encode": encoded,
};

const handlers = {
  global({ module, name }: Global): unknown {
    const type = module === "torch" ? STORAGES[name] : undefined;
    if (type !== undefined) return type;
    const found = Object.hasOwn(known, `${module}.${name}`)
      ? known[`${module}.${name}`]
      : undefined;
    if (found !== undefined) return found;
    throw new ReaderError(
      `it contains ${module}.${name}, which is neither a tensor nor a plain container` +
        "\n  hint: save model.state_dict() with torch.save or safetensors.torch.save_file",
    );
  },
  call(callee: unknown, args: readonly unknown[]): unknown {
    if (typeof callee !== "function")
      throw new ReaderError("it calls a value that is not a known name");
    return (callee as Call)(...args);
  },
  reference(id: unknown): Storage {
    const [kind, type, key, , length] = Array.isArray(id) ? id : [];
    if (
      kind === "storage" &&
      type instanceof ElementType &&
      Number.isSafeInteger(length) &&
      length >= 0
    )
      return { type, key: String(key), length };
    throw new ReaderError("it has a reference that is not a storage");
  },
};

/** The data with its tensors read one after another. */
async function resolved<Leaf>(
  value: unknown,
  read: (view: View) => Promise<Leaf>,
): Promise<PtValue<Leaf>> {
  if (value instanceof View) return read(value);
  if (value instanceof Map) {
    const pairs: [unknown, PtValue<Leaf>][] = [];
    for (const [key, item] of value) pairs.push([key, await resolved(item, read)]);
    if (pairs.every(([key]) => typeof key === "string"))
      return Object.fromEntries(pairs as [string, PtValue<Leaf>][]);
    return new Map(pairs);
  }
  if (value instanceof Tuple || Array.isArray(value)) {
    const items: PtValue<Leaf>[] = [];
    for (const item of value) items.push(await resolved(item, read));
    return items;
  }
  if (
    typeof value === "function" ||
    (typeof value === "object" && value !== null && "decode" in value)
  )
    throw new ReaderError("it contains the name of code, which is not plain data");
  return value as PtValue<Leaf>;
}

import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProtoSchema,
  AttributeProto_AttributeType as Kind,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "onnx-buf";
import { type ElementType, INT64 } from "../types.ts";
import { type Dims, isFixed, type Pair } from "./dims.ts";

/** The value of an attribute; numbers with a fraction are floats. */
export type AttributeValue =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly strings: readonly string[] };

const OPSET = 17n;
const IR_VERSION = 8n;

/** Collects the nodes and initialisers of a graph. */
export class Writer {
  /** The batch size in both recordings, and the input whose first dimension it is. */
  private readonly batch: { readonly size: Pair; readonly input: string } | null;
  private readonly nodes: MessageInitShape<typeof NodeProtoSchema>[] = [];
  private readonly initialisers = new Map<string, MessageInitShape<typeof TensorProtoSchema>>();
  private readonly names = new Set<string>();
  private batchName: string | null = null;

  constructor(batch: { readonly size: Pair; readonly input: string } | null) {
    this.batch = batch;
  }

  /** A name that is not in use. */
  fresh(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.names.has(name); i++) name = `${wanted}_${i}`;
    this.names.add(name);
    return name;
  }

  /** Adds a node with one output and returns the name of the output. */
  add(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    output: string = this.fresh(opType.toLowerCase()),
  ): string {
    this.addAll(opType, input, [output], attributes);
    return output;
  }

  /** Adds a node with several outputs. */
  addAll(
    opType: string,
    input: readonly string[],
    output: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): void {
    const attribute = Object.entries(attributes).map(([name, value]) =>
      attributeProto(name, value),
    );
    const name = `${opType}_${this.nodes.length}`;
    this.nodes.push({ opType, name, input: [...input], output: [...output], attribute });
  }

  /** Adds an initialiser; an existing one of the same name is kept. */
  initialiser(
    name: string,
    type: ElementType,
    dims: readonly number[],
    data: ArrayLike<number>,
  ): string {
    if (!this.initialisers.has(name)) {
      this.names.add(name);
      const rawData = bytesOf(type, data);
      this.initialisers.set(name, { name, dataType: type.code, dims: dims.map(BigInt), rawData });
    }
    return name;
  }

  /** Adds a constant. */
  constant(type: ElementType, dims: readonly number[], data: ArrayLike<number>): string {
    const key = `const_${type.name}_[${dims}]_${data.length <= 16 ? Array.from(data) : this.initialisers.size}`;
    return this.initialiser(key, type, dims, data);
  }

  ints(list: readonly number[]): string {
    return this.constant(INT64, [list.length], list);
  }

  /** A shape as a value: −1 for one size that depends on the batch, or the batch times a number. */
  shape(dims: Dims, mayBeOpen: boolean): string {
    const open = dims.filter((pair) => !isFixed(pair)).length;
    if (open === 0) return this.ints(dims.map(([size]) => size));
    if (open === 1 && mayBeOpen)
      return this.ints(dims.map((pair) => (isFixed(pair) ? pair[0] : -1)));
    const parts = dims.map((pair) =>
      isFixed(pair) ? this.ints([pair[0]]) : this.batchTimes(pair),
    );
    return parts.length === 1 ? (parts[0] as string) : this.add("Concat", parts, { axis: 0 });
  }

  private batchTimes([a, b]: Pair): string {
    const { size, input } = this.batch as NonNullable<typeof this.batch>;
    const [times, check] = [a / size[0], b / size[1]];
    if (times !== check || !Number.isInteger(times)) {
      throw new Error(`a size of ${a} is not a multiple of the batch ${size[0]}`);
    }
    this.batchName ??= this.add("Gather", [this.add("Shape", [input]), this.ints([0])], {
      axis: 0,
    });
    return times === 1 ? this.batchName : this.add("Mul", [this.batchName, this.ints([times])]);
  }

  /** The bytes of the file. */
  bytes(
    inputs: readonly MessageInitShape<typeof ValueInfoProtoSchema>[],
    outputs: readonly MessageInitShape<typeof ValueInfoProtoSchema>[],
  ): Uint8Array {
    const used = new Set(this.nodes.flatMap(({ input = [] }) => input));
    const initializer = [...this.initialisers].flatMap(([name, one]) =>
      used.has(name) ? [one] : [],
    );
    const graph = {
      ...{ name: "wgrad", node: this.nodes, initializer },
      ...{ input: [...inputs], output: [...outputs] },
    };
    const opsetImport = [{ domain: "", version: OPSET }];
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: IR_VERSION,
        producerName: "wgrad",
        graph,
        opsetImport,
      }),
    );
  }
}

function attributeProto(
  name: string,
  value: AttributeValue,
): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === "number") return { name, type: Kind.INT, i: BigInt(value) };
  if (typeof value === "string")
    return { name, type: Kind.STRING, s: new TextEncoder().encode(value) };
  if ("strings" in value)
    return {
      name,
      type: Kind.STRINGS,
      strings: value.strings.map((one) => new TextEncoder().encode(one)),
    };
  if ("float" in value) return { name, type: Kind.FLOAT, f: value.float };
  return { name, type: Kind.INTS, ints: value.map(BigInt) };
}

const arrays = {
  FLOAT: Float32Array,
  DOUBLE: Float64Array,
  UINT8: Uint8Array,
  BOOL: Uint8Array,
  UINT32: Uint32Array,
} as const;

/** Numbers in the byte order of the file, little-endian. */
function bytesOf(type: ElementType, data: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  if (type === INT64) return new Uint8Array(BigInt64Array.from(Array.from(data, BigInt)).buffer);
  const Typed = arrays[type.name as keyof typeof arrays];
  if (Typed === undefined) throw new Error(`${type.name} cannot be written`);
  return new Uint8Array(Typed.from(data).buffer);
}

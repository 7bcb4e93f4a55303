import type { AttributeProto } from "onnx-buf";
import { OnnxError } from "./error.ts";
import type { Graph } from "./graph.ts";
import type { Value } from "./value.ts";

/** The value of an attribute. */
export type Attribute = number | string | readonly number[] | Value | Graph;

const text = new TextDecoder();

interface Readers {
  value(proto: NonNullable<AttributeProto["t"]>): Value;
  graph(proto: NonNullable<AttributeProto["g"]>): Graph;
}

/** The value of an attribute proto. Throws OnnxError for types that no operator here uses. */
export function attributeOf(proto: AttributeProto, readers: Readers, where: string): Attribute {
  switch (proto.type as number) {
    case 1:
      return proto.f;
    case 2:
      return Number(proto.i);
    case 3:
      return text.decode(proto.s);
    case 4:
      return readers.value(proto.t as NonNullable<AttributeProto["t"]>);
    case 5:
      return readers.graph(proto.g as NonNullable<AttributeProto["g"]>);
    case 6:
      return proto.floats;
    case 7:
      return proto.ints.map(Number);
    case 8:
      return proto.strings.map((s) => text.decode(s)).join(",");
    default:
      throw new OnnxError(`${where}: the attribute ${proto.name} has an unsupported type`);
  }
}

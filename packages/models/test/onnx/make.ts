import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProtoSchema,
  AttributeProto_AttributeType as Kind,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
} from "onnx-buf";

type Node = MessageInitShape<typeof NodeProtoSchema>;
type Initialiser = MessageInitShape<typeof TensorProtoSchema>;

/** An f32 tensor of a file. */
export const weight = (
  name: string,
  dims: readonly number[],
  floatData: number[],
): Initialiser => ({
  ...{ name, dims: dims.map(BigInt), dataType: 1, floatData },
});

/** An integer attribute. */
export const int = (name: string, i: number): MessageInitShape<typeof AttributeProtoSchema> => ({
  name,
  type: Kind.INT,
  i: BigInt(i),
});

interface Names {
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly opset?: number;
}

/** The bytes of a model; inputs and outputs are f32 of any shape. */
export function modelBytes(
  node: Node[],
  initializer: Initialiser[],
  { inputs = ["x"], outputs = ["y"], opset = 17 }: Names = {},
): Uint8Array {
  const elemType = 1;
  const value = (name: string) =>
    ({ name, type: { value: { case: "tensorType", value: { elemType } } } }) as const;
  const graph = { node, initializer, input: inputs.map(value), output: outputs.map(value) };
  const opsetImport = [{ domain: "", version: BigInt(opset) }];
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph, opsetImport }));
}

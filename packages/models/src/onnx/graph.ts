import type { GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto } from "onnx-buf";
import { type Attribute, attributeOf } from "./attributes.ts";
import { OnnxError } from "./error.ts";
import type { Operator } from "./operator.ts";
import { operators } from "./operators.ts";
import { type ExternalData, tensorValue } from "./tensor-proto.ts";
import { elementType } from "./types.ts";
import type { Value } from "./value.ts";

/** A checked node: its operator and its attributes are supported. */
export interface GraphNode {
  /** The name of the node, or that of its first output. */
  readonly name: string;
  readonly operatorName: string;
  readonly operator: Operator;
  readonly opset: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** A checked graph. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  /** Inputs that the caller passes, in order: those that are not initialisers. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Element types of the inputs, by name. */
  readonly inputTypes: ReadonlyMap<string, number>;
  /** Initialisers and the values of `Constant` nodes. */
  readonly constants: ReadonlyMap<string, Value>;
}

const LAST_OPSET = 24;

/** The graph of a model. Throws OnnxError with the names of all nodes that are not supported. */
export function graphOf(model: ModelProto, external: ExternalData): Graph {
  const opset = model.opsetImport.find(({ domain }) => isOnnx(domain))?.version ?? 1n;
  if (opset > LAST_OPSET) {
    throw new OnnxError(
      `readOnnx: the model has opset ${opset}` +
        `\n  hint: opsets up to ${LAST_OPSET} are supported; onnx.version_converter converts a model`,
    );
  }
  if (model.graph === undefined) throw new OnnxError("readOnnx: the file has no graph");
  const faults: string[] = [];
  const graph = read(model.graph, { opset: Number(opset), external, faults });
  if (faults.length > 0) {
    const [first, ...rest] = [...new Set(faults)];
    const more = rest.map((fault) => `\n  ${fault}`).join("");
    throw new OnnxError(`readOnnx: ${first}${more}`);
  }
  return graph;
}

const isOnnx = (domain: string): boolean => domain === "" || domain === "ai.onnx";

interface Reading {
  readonly opset: number;
  readonly external: ExternalData;
  readonly faults: string[];
}

function read(proto: GraphProto, reading: Reading): Graph {
  const constants = new Map<string, Value>();
  const keep = (name: string, make: () => Value): void => {
    try {
      constants.set(name, make());
    } catch (error) {
      if (!(error instanceof OnnxError)) throw error;
      reading.faults.push(error.message);
    }
  };
  for (const tensor of proto.initializer)
    keep(tensor.name, () => tensorValue(tensor, reading.external, "initialiser"));
  if (proto.sparseInitializer.length > 0)
    reading.faults.push("sparse initialisers are not supported");
  for (const input of proto.input) {
    const fault = faultOf(input);
    if (fault !== null) reading.faults.push(fault);
  }
  const nodes: GraphNode[] = [];
  for (const node of proto.node) {
    const constant = constantOf(node);
    if (constant === null) {
      const checked = nodeOf(node, reading);
      if (checked !== null) nodes.push(checked);
    } else
      keep(node.output[0] as string, () => tensorValue(constant, reading.external, label(node)));
  }
  return {
    nodes,
    constants,
    inputs: proto.input.map(({ name }) => name).filter((name) => !constants.has(name)),
    outputs: proto.output.map(({ name }) => name),
    inputTypes: new Map(proto.input.map((input) => [input.name, declaredType(input)])),
  };
}

/** The code of the declared element type; 0 if there is none. */
const declaredType = ({ type }: ValueInfoProto): number =>
  type?.value.case === "tensorType" ? type.value.value.elemType : 0;

/** The unsupported feature of an input; null if there is none. */
function faultOf(input: ValueInfoProto): string | null {
  const kind = input.type?.value.case;
  const where = `input ${JSON.stringify(input.name)}`;
  if (kind !== undefined && kind !== "tensorType") return `${where}: ${kind} is not supported`;
  try {
    const code = declaredType(input);
    if (code !== 0) elementType(code, where);
    return null;
  } catch (error) {
    if (error instanceof OnnxError) return error.message;
    throw error;
  }
}

/** The tensor of a `Constant` node that holds one. */
const constantOf = (node: NodeProto) =>
  isOnnx(node.domain) && node.opType === "Constant"
    ? (node.attribute.find(({ name }) => name === "value")?.t ?? null)
    : null;

const label = (node: NodeProto): string => {
  const name = node.name || node.output.find((one) => one !== "") || "";
  return `node ${JSON.stringify(name)} (${node.opType} of ${node.domain || "ai.onnx"})`;
};

/** Checks a node; null if it is not supported, with the faults noted. */
function nodeOf(node: NodeProto, reading: Reading): GraphNode | null {
  const where = label(node);
  const { faults, opset } = reading;
  const known = isOnnx(node.domain) && Object.hasOwn(operators, node.opType);
  const operator = known ? operators[node.opType] : undefined;
  if (operator === undefined) {
    faults.push(`${where}: this operator is not supported`);
    return null;
  }
  const [fewest, most] = operator.inputs;
  if (node.input.length < fewest || node.input.length > most) {
    faults.push(`${where}: needs ${fewest} to ${most} inputs, got ${node.input.length}`);
  }
  const attributes = new Map<string, Attribute>();
  for (const attribute of node.attribute) {
    const accepted = operator.attributes?.[attribute.name];
    if (accepted === undefined) {
      faults.push(`${where}: the attribute ${attribute.name} is not supported (opset ${opset})`);
      continue;
    }
    try {
      const value = attributeOf(
        attribute,
        {
          value: (proto) => tensorValue(proto, reading.external, where),
          graph: (proto) => read(proto, reading),
        },
        where,
      );
      const isOne = accepted === true || accepted.includes(value as string | number);
      if (!isOne)
        faults.push(`${where}: ${attribute.name} = ${JSON.stringify(value)} is not supported`);
      attributes.set(attribute.name, value);
    } catch (error) {
      if (!(error instanceof OnnxError)) throw error;
      faults.push(error.message);
    }
  }
  return {
    name: node.name || node.output.find((name) => name !== "") || node.opType,
    operatorName: node.opType,
    ...{ operator, opset, attributes, inputs: node.input, outputs: node.output },
  };
}

/** A graph and the graphs inside its nodes. */
export function graphsIn(graph: Graph): Graph[] {
  const inside = graph.nodes.flatMap(({ attributes }) =>
    [...attributes.values()].flatMap((value) =>
      typeof value === "object" && "nodes" in value ? graphsIn(value) : [],
    ),
  );
  return [graph, ...inside];
}

/** Every tensor in the file of a model. */
export function protosIn({ graph }: ModelProto): TensorProto[] {
  const inside = ({ initializer, node }: GraphProto): TensorProto[] => [
    ...initializer,
    ...node.flatMap(({ attribute }) =>
      attribute.flatMap(({ t, g }) => [
        ...(t === undefined ? [] : [t]),
        ...(g === undefined ? [] : inside(g)),
      ]),
    ),
  ];
  return graph === undefined ? [] : inside(graph);
}

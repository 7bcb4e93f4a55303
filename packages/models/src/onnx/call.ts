import type { Tensor } from "@wgrad/autograd";
import type { AnyModule } from "@wgrad/nn";
import { OnnxError } from "./error.ts";
import type { Graph, GraphNode } from "./graph.ts";
import { axisOf } from "./host.ts";
import { Value } from "./value.ts";

/** Runs a graph inside a node: a branch or the body of a loop. */
export type RunGraph = (graph: Graph, key: string, inputs: readonly Value[]) => Value[];

/** The input of an operator: a node with its values. */
export class Call {
  readonly node: GraphNode;
  readonly inputs: readonly (Value | null)[];
  /** The module of a node that depends on the training mode, or null. */
  readonly module: AnyModule | null;
  readonly runGraph: RunGraph;

  constructor(
    node: GraphNode,
    inputs: readonly (Value | null)[],
    module: AnyModule | null,
    runGraph: RunGraph,
  ) {
    this.node = node;
    this.inputs = inputs;
    this.module = module;
    this.runGraph = runGraph;
  }

  get opset(): number {
    return this.node.opset;
  }

  has(index: number): boolean {
    return (this.inputs[index] ?? null) !== null;
  }

  /** A required input. */
  value(index: number): Value {
    const value = this.inputs[index] ?? null;
    if (value !== null) return value;
    throw new OnnxError(`input ${index} is missing`);
  }

  /** An optional input; undefined if it is missing. */
  optional(index: number): Value | undefined {
    return this.inputs[index] ?? undefined;
  }

  x(index: number): Tensor {
    return this.value(index).tensor;
  }

  /** A setting as numbers: from the input, else from the attribute of this name, else undefined. */
  setting(index: number, name?: string): number[] | undefined {
    if (this.has(index)) return this.value(index).list();
    return name === undefined ? undefined : this.ints(name);
  }

  private attribute<T>(name: string, kind: (value: unknown) => value is T): T | undefined {
    const value = this.node.attributes.get(name);
    if (value === undefined) return undefined;
    if (kind(value)) return value;
    throw new OnnxError(`the attribute ${name} has the wrong type`);
  }

  number(name: string): number | undefined;
  number(name: string, otherwise: number): number;
  number(name: string, otherwise?: number): number | undefined {
    return this.attribute(name, (v): v is number => typeof v === "number") ?? otherwise;
  }

  string(name: string, otherwise: string): string {
    return this.attribute(name, (v): v is string => typeof v === "string") ?? otherwise;
  }

  ints(name: string): number[] | undefined {
    const found = this.attribute(name, (v): v is readonly number[] => Array.isArray(v));
    return found === undefined ? undefined : [...found];
  }

  attributeValue(name: string): Value | undefined {
    return this.attribute(name, (v): v is Value => v instanceof Value);
  }

  graph(name: string): Graph {
    const found = this.node.attributes.get(name);
    if (found !== undefined && typeof found === "object" && "nodes" in found) return found;
    throw new OnnxError(`the graph ${name} is missing`);
  }

  /** The attribute `axis` of an input with `rank` dimensions, made non-negative. */
  axis(rank: number, otherwise?: number): number {
    const axis = this.number("axis") ?? otherwise;
    if (axis === undefined) throw new OnnxError("the attribute axis is missing");
    return axisOf(axis, rank);
  }
}

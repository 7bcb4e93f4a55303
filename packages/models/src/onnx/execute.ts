import { Tensor } from "@wgrad/autograd";
import type { AnyModule } from "@wgrad/nn";
import { Call } from "./call.ts";
import { OnnxError } from "./error.ts";
import type { Graph, GraphNode } from "./graph.ts";
import { NeedsNumbers, Value } from "./value.ts";

/** What a run needs besides the graph. */
export interface Surroundings {
  /** The value of an initialiser. */
  constant(graph: Graph, name: string): Value | undefined;
  /** The module of a node that depends on the training mode. */
  moduleOf(node: GraphNode): AnyModule | null;
}

/** The state of a run. It can resume after numbers have been read from the device. */
export class Frame {
  private next = 0;
  private readonly values = new Map<string, Value>();
  private readonly inside = new Map<string, Frame>();

  private readonly graph: Graph;
  private readonly around: Surroundings;
  private readonly outer: Frame | null;

  constructor(
    graph: Graph,
    around: Surroundings,
    outer: Frame | null,
    inputs: Iterable<readonly [string, Value]>,
  ) {
    this.graph = graph;
    this.around = around;
    this.outer = outer;
    for (const [name, value] of inputs) this.values.set(name, value);
  }

  /** Runs to the end and returns the outputs. Throws NeedsNumbers if numbers must be read first. */
  finish(): Value[] {
    const { nodes, outputs } = this.graph;
    for (; this.next < nodes.length; this.next++) this.step(nodes[this.next] as GraphNode);
    return outputs.map((name) => this.lookUp(name));
  }

  private lookUp(name: string): Value {
    const value = this.values.get(name) ?? this.around.constant(this.graph, name);
    if (value !== undefined) return value;
    if (this.outer !== null) return this.outer.lookUp(name);
    throw new OnnxError(`there is no value ${JSON.stringify(name)}`);
  }

  private step(node: GraphNode): void {
    try {
      const inputs = node.inputs.map((name) => (name === "" ? null : this.lookUp(name)));
      const call = new Call(node, inputs, this.around.moduleOf(node), (graph, key, given) =>
        this.frameOf(node, graph, key, given).finish(),
      );
      const given = node.operator.run(call);
      const results = given instanceof Tensor || given instanceof Value ? [given] : given;
      node.outputs.forEach((name, i) => {
        if (name === "") return;
        const result = results[i];
        if (result === undefined) throw new OnnxError(`its output ${i} is not supported`);
        this.values.set(
          name,
          result instanceof Tensor ? Value.of(result, typeLike(result, inputs)) : result,
        );
      });
    } catch (error) {
      if (error instanceof NeedsNumbers || error instanceof NodeError) throw error;
      throw new NodeError(node, error as Error);
    }
  }

  /** The run of a graph inside a node: resumed, or new. */
  private frameOf(node: GraphNode, graph: Graph, key: string, given: readonly Value[]): Frame {
    const id = `${this.next}/${key}`;
    let frame = this.inside.get(id);
    if (frame === undefined) {
      const named = graph.inputs.map((name, i) => {
        const value = given[i];
        if (value === undefined)
          throw new OnnxError(`the graph ${key} of ${node.name} needs ${name}`);
        return [name, value] as const;
      });
      frame = new Frame(graph, this.around, this, named);
      this.inside.set(id, frame);
    }
    return frame;
  }

  /** The current node of the run. */
  get standing(): string {
    const node = this.graph.nodes[this.next] as GraphNode;
    return `node ${JSON.stringify(node.name)} (${node.operatorName})`;
  }
}

/**
 * The element type of a result: that of the first input with the same dtype, else the default of
 * the dtype.
 */
function typeLike(result: Tensor, inputs: readonly (Value | null)[]) {
  return inputs.find((value) => value?.known === null && value.tensor.dtype === result.dtype)?.type;
}

/** An error inside a node, with the name of the node. */
class NodeError extends OnnxError {
  static override readonly name: string = OnnxError.name;

  constructor(node: GraphNode, cause: Error) {
    super(`node ${JSON.stringify(node.name)} (${node.operatorName} of ai.onnx): ${cause.message}`);
    this.cause = cause;
  }
}

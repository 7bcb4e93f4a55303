import type { Tensor } from "@wgrad/autograd";
import { type Recorded, type RecordedNode, recorded } from "@wgrad/autograd/plugin";
import { OnnxError } from "../error.ts";
import {
  constant,
  type Dims,
  differingRecordings,
  type Pair,
  pairs,
  product,
  sameDims,
} from "./dims.ts";
import { elements, writeCast } from "./elementwise.ts";
import { writeLayer } from "./layers.ts";
import { dimsOf, inMemory, isWithin, type NodePair, viewsOf, whole, writtenType } from "./nodes.ts";
import { primitives } from "./primitives.ts";
import type { Call, Traced } from "./trace.ts";
import { reshaped, type ViewPair, type Written, writeView } from "./views.ts";
import type { Writer } from "./writer.ts";

interface Part {
  readonly start: Pair;
  readonly content: Written;
}

/** Writes recorded nodes as a graph, each once, inputs first. */
export class Exporter {
  readonly writer: Writer;
  private readonly traces: readonly [Traced, Traced];
  private readonly done = new Map<RecordedNode, Written>();
  private readonly called = new Set<number>();
  /**
   * Outputs of layers: for each node, which layer outputs its memory holds, and where each starts.
   */
  private readonly parts = new Map<RecordedNode, readonly Part[]>();

  constructor(writer: Writer, traces: readonly [Traced, Traced]) {
    this.writer = writer;
    this.traces = traces;
  }

  /** Writes a tensor of both recordings as its view reads it. */
  value(a: Recorded, b: Recorded): Written {
    return this.seen([a.node, b.node], viewsOf(a.view, b.view, [a.node, b.node]), false);
  }

  /** Writes the outputs under their names and returns their shapes. */
  outputs(names: readonly string[]): Dims[] {
    const [first, second] = this.traces;
    return first.outputs.map(({ at }, i) => {
      const other = second.outputs[i];
      if (other === undefined) throw differingRecordings();
      const { name, dims } = this.value(at, other.at);
      this.writer.add("Identity", [name], {}, names[i] as string);
      return dims;
    });
  }

  /** Writes a tensor that both recordings share: a parameter of a layer. */
  tensor(x: Tensor): string {
    const { node, view } = recorded(x);
    const at = { node: this.traces[0].copies.get(node) ?? node, view };
    return this.value(at, at).name;
  }

  /** Writes input `i` of a node as the node reads it. */
  input([a, b]: NodePair, i: number, broadcasts = false): Written {
    const pair = this.inputPair([a, b], i);
    return this.seen(pair, this.inputViews([a, b], i), broadcasts);
  }

  inputPair([a, b]: NodePair, i: number): NodePair {
    return [a.inputs[i] as RecordedNode, b.inputs[i] as RecordedNode];
  }

  inputViews([a, b]: NodePair, i: number): ViewPair {
    return viewsOf(a.views[i] ?? null, b.views[i] ?? null, this.inputPair([a, b], i));
  }

  /** Writes a node as a view reads it. */
  seen(pair: NodePair, views: ViewPair, broadcasts: boolean): Written {
    const [node] = pair;
    if (node.op.name === "fill" && !this.traces[0].names.has(node)) {
      const dims = views === null ? dimsOf(pair) : pairs(views[0].shape, views[1].shape);
      return this.filled(node, dims, broadcasts);
    }
    this.call(node);
    const part = this.given(pair, views, broadcasts);
    if (part !== null) return part;
    const content = this.node(pair);
    if (views !== null) return writeView(this.writer, content, views, broadcasts);
    return reshaped(this.writer, content, dimsOf(pair));
  }

  private filled(node: RecordedNode, dims: Dims, broadcasts: boolean): Written {
    const scalar = this.writer.constant(writtenType(node.dtype), [], [node.scalars[0] as number]);
    if (broadcasts) return { name: scalar, dims: [] };
    if (dims.length === 0) return { name: scalar, dims };
    return { name: this.writer.add("Expand", [scalar, this.writer.shape(dims, false)]), dims };
  }

  private node(pair: NodePair): Written {
    const [a, b] = pair;
    const known = this.done.get(a);
    if (known !== undefined) return known;
    const isNamed = this.traces[0].names.has(a);
    if (!isNamed && (a.op.name !== b.op.name || a.inputs.length !== b.inputs.length))
      throw differingRecordings();
    const written = this.source(pair) ?? this.operation(pair);
    this.done.set(a, written);
    return written;
  }

  /** Writes a node without operands: input, parameter or constant. */
  private source(pair: NodePair): Written | null {
    const [a] = pair;
    const name = this.traces[0].names.get(a);
    const dims = dimsOf(pair);
    const type = writtenType(a.dtype);
    if (name !== undefined) {
      const data = this.traces[0].state.get(a);
      const shape = dims.map(([size]) => size);
      if (data !== undefined) this.writer.initialiser(name, type, shape, data);
      return { name, dims };
    }
    if (a.inputs.length > 0) return null;
    const shape = (): number[] => dims.map((size) => constant(size, `the shape of a ${a.op.name}`));
    if (a.op.name === "progression") {
      const [start, step] = a.scalars as [number, number];
      const [count] = shape() as [number];
      const list = Array.from({ length: count }, (_, i) => start + i * step);
      return { name: this.writer.constant(type, [count], list), dims };
    }
    const host = a.storage?.host ?? null;
    if (host !== null && String(host) !== String(pair[1].storage?.host)) {
      throw new OnnxError(
        "exportOnnx: the model reads values that differ in each call" +
          "\n  hint: random numbers cannot be exported; pass them as an input",
      );
    }
    if (host !== null) return { name: this.writer.constant(type, shape(), host), dims };
    throw new OnnxError(
      `exportOnnx: the operation ${a.op.name} is not supported, or its values are not on the host` +
        "\n  hint: store tensors that the model reads as parameters or buffers",
    );
  }

  /** Writes a layer that has an ONNX operator, once. */
  private call(node: RecordedNode): void {
    const [first, second] = this.traces;
    const index = first.callOf.get(node);
    if (index === undefined || this.called.has(index)) return;
    this.called.add(index);
    const [a, b] = [first.calls[index] as Call, second.calls[index]];
    if (b === undefined || b.module !== a.module) throw differingRecordings();
    const inputs = a.inputs.map((input, i) => this.value(input, b.inputs[i] as Recorded));
    const results = writeLayer(this, a.module, inputs) ?? [];
    for (const [i, name] of results.entries()) {
      const [output, other] = [a.outputs[i] as Recorded, b.outputs[i] as Recorded];
      const pair: NodePair = [output.node, other.node];
      const views = viewsOf(output.view, other.view, pair);
      const dims = views === null ? dimsOf(pair) : pairs(views[0].shape, views[1].shape);
      const start: Pair = views === null ? [0, 0] : [views[0].offset, views[1].offset];
      const content = inMemory(this.writer, { name, dims }, views);
      const parts = this.parts.get(output.node) ?? [];
      this.parts.set(output.node, [...parts, { start, content }]);
    }
  }

  /** The output of a layer that a view reads, if the view reads nothing else. */
  private given(pair: NodePair, views: ViewPair, broadcasts: boolean): Written | null {
    const [a, b] = views ?? [whole(pair[0]), whole(pair[1])];
    const parts = this.parts.get(pair[0]) ?? [];
    // a state may be part of the output, so try the smallest part first
    const inOrder = parts.toSorted(
      (p, q) => product(p.content.dims)[0] - product(q.content.dims)[0],
    );
    for (const { start, content } of inOrder) {
      const [size, other] = product(content.dims);
      if (!isWithin(a, start[0], size) || !isWithin(b, start[1], other)) continue;
      const moved = [a, b].map((view, i) => ({
        ...view,
        offset: view.offset - (start[i] as number),
      }));
      return writeView(this.writer, content, moved as unknown as ViewPair, broadcasts);
    }
    return null;
  }

  private operation(pair: NodePair): Written {
    const [a, b] = pair;
    const dims = dimsOf(pair);
    if (a.op.meaning.kind !== "elementwise") {
      const write = primitives[a.op.name];
      if (write === undefined) throw notSupported(a.op.name);
      return write(this, pair);
    }
    const broadcasts = a.op.name !== "copy";
    const inputs = a.inputs.map((_, i) => this.input(pair, i, broadcasts));
    if (String(a.scalars) !== String(b.scalars)) throw differingRecordings();
    const element = {
      writer: this.writer,
      inputs: inputs.map(({ name }) => name),
      scalars: a.scalars,
      type: writtenType(a.dtype),
    };
    const name = elements[a.op.name]?.(element) ?? writeCast(a.op.name, element);
    if (name === null) throw notSupported(a.op.name);
    const isWhole = inputs.some((input) => sameDims(input.dims, dims));
    if (isWhole || dims.length === 0) return { name, dims };
    const all = broadcast(inputs.map((input) => input.dims));
    if (sameDims(all, dims)) return { name, dims };
    return { name: this.writer.add("Expand", [name, this.writer.shape(dims, false)]), dims };
  }
}

const notSupported = (name: string): OnnxError =>
  new OnnxError(`exportOnnx: the operation ${name} is not supported`);

function broadcast(all: readonly Dims[]): Dims {
  const rank = Math.max(...all.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = all.map((dims) => dims[i - rank + dims.length] ?? ([1, 1] as Pair));
    return sizes.find(([a, b]) => a !== 1 || b !== 1) ?? ([1, 1] as Pair);
  });
}

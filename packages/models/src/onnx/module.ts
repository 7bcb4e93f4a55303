import { isGradEnabled, setGradEnabled, Tensor } from "@wgrad/autograd";
import { checkCall, moduleCall } from "@wgrad/autograd/plugin";
import { type AnyModule, Module } from "@wgrad/nn";
import { OnnxError } from "./error.ts";
import { Frame, type Surroundings } from "./execute.ts";
import { type Graph, type GraphNode, graphsIn } from "./graph.ts";
import { OnnxBatchNorm, OnnxDropout } from "./modes.ts";
import { at, freeName, store } from "./scope.ts";
import { elementType, storage, typeOf } from "./types.ts";
import { NeedsNumbers, sizeOf, Value } from "./value.ts";

/** The value of an input: a tensor, or numbers, which stay on the host. */
export type OnnxInput = Tensor | number | boolean | ArrayLike<number>;

/** Outputs by name. */
export type OnnxOutputs = Record<string, Tensor>;

/** Larger constants are buffers; smaller ones stay on the host. */
const SMALL = 32;

/**
 * The module of an ONNX graph. Floating initialisers and `Constant` nodes with dimensions are
 * parameters under their names; running statistics and large tables are buffers; shapes, settings
 * and single numbers are constants. `Dropout` and `BatchNormalization` follow `train()` and
 * `eval()`; a read model is in evaluation mode.
 */
export class OnnxModule extends Module<[Readonly<Record<string, OnnxInput>>], OnnxOutputs> {
  /** Names of the inputs and outputs of `forward`. */
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  private readonly graph: Graph;
  /** Paths of parameters and buffers; copies of the module share everything else. */
  private readonly places: Map<Value, readonly string[]>;
  private readonly modes: Map<GraphNode, string>;

  /** Called by `readOnnx` and `loadOnnx`. */
  constructor(graph: Graph) {
    checkCall("new OnnxModule(graph: any)", arguments);
    super();
    this.graph = graph;
    this.inputNames = graph.inputs;
    this.outputNames = graph.outputs;
    this.places = new Map();
    this.modes = new Map();
    const used = usesOf(graph);
    for (const inner of graphsIn(graph)) {
      for (const [name, value] of inner.constants) this.keep(name, value, used.get(value));
      for (const node of inner.nodes) this.keepMode(node, used);
    }
    this.eval();
  }

  override stateKey(field: string): string {
    return field;
  }

  private keep(name: string, value: Value, use: Use = "weight"): void {
    const isSmall = sizeOf(value.shape) <= SMALL;
    const isWeight = use === "weight" && value.type.fraction && value.rank > 0;
    if (!isWeight && use !== "state" && isSmall) return;
    const kind = isWeight ? "parameter" : "buffer";
    this.places.set(value, store(this.asModule, name, value.release(), kind));
  }

  /** Makes the module of a node that depends on the training mode. */
  private keepMode(node: GraphNode, used: ReadonlyMap<Value, Use>): void {
    const isNorm = node.operatorName === "BatchNormalization";
    if (!isNorm && node.operatorName !== "Dropout") return;
    if (isNorm && !node.inputs.slice(3).every((name) => isState(this.graph, name, used))) return;
    const module = (isNorm ? new OnnxBatchNorm() : new OnnxDropout()) as unknown as AnyModule;
    const key = freeName(this, node.name);
    this.addModule(key, module);
    this.modes.set(node, key);
  }

  private get asModule(): AnyModule {
    return this as unknown as AnyModule;
  }

  private frame(inputs: Readonly<Record<string, OnnxInput>>): Frame {
    const unknown = Object.keys(inputs).filter((name) => !this.inputNames.includes(name));
    const missing = this.inputNames.filter((name) => !Object.hasOwn(inputs, name));
    if (unknown.length + missing.length > 0) {
      const parts = [
        missing.length === 0 ? "" : `\n  missing: ${missing.join(", ")}`,
        unknown.length === 0 ? "" : `\n  unknown: ${unknown.join(", ")}`,
      ];
      throw new OnnxError(
        `OnnxModule: needs the inputs ${this.inputNames.join(", ")}${parts.join("")}`,
      );
    }
    const around: Surroundings = {
      constant: (graph, name) => {
        const value = graph.constants.get(name);
        const path = value === undefined ? undefined : this.places.get(value);
        if (path === undefined) return value?.fresh();
        return Value.of(at(this.asModule, path) as Tensor, (value as Value).type);
      },
      moduleOf: (node) => {
        const key = this.modes.get(node);
        return key === undefined ? null : (Reflect.get(this, key) as AnyModule);
      },
    };
    const values = this.inputNames.map(
      (name) => [name, inputValue(name, inputs[name] as OnnxInput, this.graph)] as const,
    );
    return new Frame(this.graph, around, null, values);
  }

  private outputs(values: readonly Value[]): OnnxOutputs {
    return Object.fromEntries(
      values.map((value, i) => [this.outputNames[i] as string, value.tensor]),
    );
  }

  /**
   * The outputs by name. Throws OnnxError if a node needs numbers that are on the device (the
   * condition of an `If`, a number of nonzero elements); `run` reads them.
   */
  forward(inputs: Readonly<Record<string, OnnxInput>>): OnnxOutputs {
    const frame = this.frame(inputs);
    try {
      return this.outputs(frame.finish());
    } catch (error) {
      if (!(error instanceof NeedsNumbers)) throw error;
      throw new OnnxError(
        `OnnxModule: ${frame.standing} needs values that are on the device` +
          "\n  hint: use await model.run(inputs), or pass the input as plain numbers",
        { cause: error },
      );
    }
  }

  /** The outputs by name, as from `forward`; numbers that a node needs are read from the device. */
  async run(inputs: Readonly<Record<string, OnnxInput>>): Promise<OnnxOutputs> {
    checkCall("model.run(inputs: object)", arguments);
    const recorded = isGradEnabled();
    const frame = this.frame(inputs);
    for (;;) {
      try {
        return setGradEnabled(recorded, () => moduleCall(() => this.outputs(frame.finish())));
      } catch (error) {
        if (!(error instanceof NeedsNumbers)) throw error;
        await error.value.read();
      }
    }
  }
}

/** How a constant is used. */
type Use = "weight" | "state" | "setting";

/** The use of every constant: "weight" if any node uses it as one. */
function usesOf(graph: Graph): Map<Value, Use> {
  const uses = new Map<Value, Use>();
  const visit = (inner: Graph, outer: readonly Graph[]): void => {
    const around = [inner, ...outer];
    const note = (name: string, use: Use): void => {
      const value = around.find(({ constants }) => constants.has(name))?.constants.get(name);
      if (value === undefined || uses.get(value) === "weight") return;
      if (use === "setting" && uses.has(value)) return;
      uses.set(value, use);
    };
    for (const { operator, inputs, attributes } of inner.nodes) {
      inputs.forEach((name, i) => {
        const isState = operator.state?.includes(i) ?? false;
        note(name, isState ? "state" : operator.settings?.includes(i) ? "setting" : "weight");
      });
      for (const value of attributes.values()) {
        if (typeof value === "object" && "nodes" in value) visit(value, around);
      }
    }
    for (const name of inner.outputs) note(name, "weight");
  };
  visit(graph, []);
  return uses;
}

const isState = (graph: Graph, name: string, used: ReadonlyMap<Value, Use>): boolean =>
  graphsIn(graph).some(({ constants }) => {
    const value = constants.get(name);
    return value !== undefined && used.get(value) === "state";
  });

/** An input in the form that the graph needs: a tensor of the right dtype, or numbers. */
function inputValue(name: string, input: OnnxInput, graph: Graph): Value {
  const code = graph.inputTypes.get(name) ?? 0;
  const declared = code === 0 ? null : elementType(code, `OnnxModule: input ${name}`);
  if (input instanceof Tensor) {
    if (declared === null || input.dtype === storage(declared))
      return Value.of(input, declared ?? typeOf(input.dtype));
    throw new OnnxError(
      `OnnxModule: input ${name} must be ${declared.name}, got a tensor of ${input.dtype}` +
        `\n  hint: ${name}.to("${storage(declared)}")`,
    );
  }
  const type = declared ?? typeOf("f32");
  if (typeof input === "number" || typeof input === "boolean")
    return Value.host(type, [], [Number(input)]);
  return Value.host(type, [input.length], Array.from(input, Number));
}

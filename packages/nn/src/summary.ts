import { noGrad, type Shape, scope, Tensor, zeros } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { fieldsOf } from "./fields.ts";
import type { AnyModule, Module } from "./module.ts";
import { isParameter } from "./parameter.ts";

/** Settings of summary. */
export interface SummaryOptions {
  /** Dtype of the input; embeddings need "i32" (default "f32"). */
  readonly dtype?: Tensor["dtype"];
}

/** A layer: its name, by as much to the right as it is deep. */
export interface TableRow {
  readonly module: AnyModule;
  readonly layer: string;
  readonly output: string;
  readonly parameters: number;
  readonly bytes: number;
}

/**
 * A table of the model's layers: output shape for an input of `inputShape` (including the batch; a
 * list of shapes for several inputs), number of own parameters, and memory of parameters and
 * outputs. Tied parameters count once. Shapes are known as operations are recorded, so nothing is
 * computed. The model runs in evaluation mode.
 */
export function summary<In extends Tensor[], Out>(
  model: Module<In, Out>,
  inputShape: Shape | readonly Shape[],
  options: SummaryOptions = {},
): string {
  checkCall("summary(model: module, inputShape: number[] | array, { dtype: dtype })", arguments);
  const { dtype = "f32" } = options;
  const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as readonly Shape[];
  const root = model as unknown as AnyModule;
  const outputs = outputsOf(model, shapes, dtype);
  const parameters = root.parameters();
  const made = [...outputs].flatMap(([module, given]) =>
    module.children().length === 0 ? given : [],
  );
  return [
    ...table(rowsOf(root, outputs)),
    totals(parameters),
    `Memory: parameters ${amount(total(parameters.map(bytesOf)))}, layer outputs ${amount(total(made.map(bytesOf)))}`,
  ].join("\n");
}

/** How many parameters there are, and how many are trained. */
export function totals(parameters: readonly Tensor[]): string {
  const trained = parameters.filter(({ requiresGrad }) => requiresGrad);
  return `Parameters: ${grouped(total(parameters.map(count)))}, trained: ${grouped(total(trained.map(count)))}`;
}

/** A row for each module, with its own parameters: those of a row before do not count again. */
export function rowsOf(
  root: AnyModule,
  outputs: ReadonlyMap<AnyModule, readonly OutputInfo[]>,
): TableRow[] {
  const seen = new Set<Tensor>();
  return root.namedModules().map(([path, module]) => {
    const own = [...fieldsOf(module).values()].map(({ value }) => value).filter(isParameter);
    const fresh = own.filter((tensor) => !seen.has(tensor));
    for (const tensor of fresh) seen.add(tensor);
    const given = outputs.get(module) ?? [];
    // a container returns the output of its last layer, so only leaves count
    const made = module.children().length === 0 ? given : [];
    const depth = path === "" ? 0 : path.split(".").length;
    const key = path.slice(path.lastIndexOf(".") + 1);
    return {
      module,
      layer: `${"  ".repeat(depth)}${module.constructor.name}${key && ` (${key})`}`,
      output: given.map(({ shape }) => `[${shape.join(", ")}]`).join(" "),
      parameters: total(fresh.map(count)),
      bytes: total([...fresh, ...made].map(bytesOf)),
    };
  });
}

/** Shape and dtype of an output; its values are not kept. */
type OutputInfo = Pick<Tensor, "shape" | "dtype">;

function outputsOf<In extends Tensor[], Out>(
  model: Module<In, Out>,
  shapes: readonly Shape[],
  dtype: Tensor["dtype"],
): Map<AnyModule, OutputInfo[]> {
  const outputs = new Map<AnyModule, OutputInfo[]>();
  const modes = model.modules().map((module) => [module, module.training] as const);
  const hooks = model.modules().map((module) =>
    module.registerForwardHook((_, __, output) => {
      outputs.set(
        module,
        tensorsIn(output).map(({ shape, dtype }) => ({ shape, dtype })),
      );
    }),
  );
  try {
    model.eval();
    scope(() =>
      noGrad(() => void model(...(shapes.map((shape) => zeros(shape, { dtype })) as In))),
    );
  } finally {
    for (const hook of hooks) hook.remove();
    for (const [module, training] of modes) module.training = training;
  }
  return outputs;
}

function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(tensorsIn);
}

const BYTES: Partial<Record<Tensor["dtype"], number>> = { f16: 2, f64: 8, u8: 1, bool: 1 };

const total = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0);
const count = ({ shape }: OutputInfo): number => shape.reduce((product, n) => product * n, 1);
const bytesOf = (info: OutputInfo): number => count(info) * (BYTES[info.dtype] ?? 4);
const grouped = (n: number): string => n.toLocaleString("en-US");

function amount(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 2 ** 20
    ? `${(bytes / 1024).toFixed(1)} KiB`
    : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function table(rows: readonly TableRow[]): string[] {
  const cells = [
    ["Layer", "Output", "Parameters", "Memory"],
    ...rows.map(({ layer, output, parameters, bytes }) => [
      layer,
      output,
      grouped(parameters),
      amount(bytes),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((c) =>
    Math.max(...cells.map((row) => (row[c] as string).length)),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, c) =>
        c < 2 ? cell.padEnd(widths[c] as number) : cell.padStart(widths[c] as number),
      )
      .join("  "),
  );
  const rule = "-".repeat((lines[0] as string).length);
  return [lines[0] as string, rule, ...lines.slice(1), rule];
}

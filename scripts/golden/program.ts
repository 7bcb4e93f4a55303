import { enableGrad, inferenceMode, noGrad, Tensor, WgradError, zeros } from "@wgrad/autograd";
import { fromRecord } from "./call.ts";
import { assign, atOnce, type Names, resultOf, type Steps } from "./evaluate.ts";
import { backwardFrom, checkGradients } from "./groups/forward.ts";
import { torchName } from "./names.ts";
import { type Expression, parseProgram, type Statement } from "./python.ts";
import type { Run } from "./run.ts";

/**
 * Runs a program and compares the names in `returns` afterwards. With `raises`, the last statement
 * must throw.
 */
export async function runProgram(run: Run): Promise<void> {
  const { item, group } = run;
  const names: Names = new Map();
  const leaves = new Map<string, Tensor>();
  for (const name of item.inputs) {
    const leaf = item.grads?.[name] !== undefined;
    const input = fromRecord(group.tensor(item.id, name), leaf);
    if (leaf) leaves.set(name, input);
    names.set(name, input);
  }
  const statements = parseProgram(item.program as string);
  const last = item.raises === true ? statements.at(-1) : undefined;
  for (const statement of statements) {
    if (statement !== last) await waited(execute(statement, names));
  }
  if (last !== undefined) await checkRaises(run, last, names);
  const tensors = new Map<string, Tensor | number>();
  const values = new Map<string, unknown>();
  for (const name of item.returns as readonly string[]) {
    collect(name, names.get(name), tensors, values);
  }
  checkNames(run, tensors, values);
  if (Object.keys(item.cots ?? {}).length > 0) {
    backwardFrom(
      run,
      item.outputs.map((name) => tensors.get(plain(run, name)) as Tensor),
    );
  }
  for (const name of item.outputs) {
    const found = tensors.get(plain(run, name));
    if (found !== undefined) await run.check(name, found);
  }
  if (Object.keys(item.cots ?? {}).length > 0) await checkGradients(run, leaves);
}

/** The stored name of an output that is also an input. */
const plain = ({ item }: Run, output: string): string =>
  item.inputs.includes(output.slice("out.".length)) ? output.slice("out.".length) : output;

function checkNames(
  { item, fault }: Run,
  tensors: ReadonlyMap<string, unknown>,
  values: ReadonlyMap<string, unknown>,
): void {
  const stored = (item.values ?? {}) as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(stored)) {
    const [got, expected] = [values.get(name), stored[name]].map((value) => JSON.stringify(value));
    if (got !== expected) fault(`${name}: ${got ?? "a tensor"}, expected ${expected}`);
  }
  for (const output of item.outputs) {
    const name = output.replace(/^out\./, "");
    if (!tensors.has(output) && !tensors.has(name)) {
      fault(`${output}: ${JSON.stringify(values.get(name))}, expected a tensor`);
    }
  }
}

async function checkRaises(
  { item, fault }: Run,
  statement: Statement,
  names: Names,
): Promise<void> {
  try {
    await waited(execute(statement, names));
    // faults that depend on values are thrown by the next read
    for (const value of names.values()) if (value instanceof Tensor) await value.data();
    await zeros([1]).add(1).data();
    fault(`no error was thrown; PyTorch: ${item.error}`);
  } catch (error) {
    if (!(error instanceof WgradError)) throw error;
  }
}

const contexts: Readonly<Record<string, (fn: () => void) => void>> = {
  no_grad: noGrad,
  inference_mode: inferenceMode,
  enable_grad: enableGrad,
};

function* execute(statement: Statement, names: Names): Steps<void> {
  if (statement.kind === "expression") yield* resultOf(statement.value, names);
  else if (statement.kind === "assignment") {
    yield* assign(statement.target, yield* resultOf(statement.value, names), names);
  } else {
    contextOf(statement.context)(() => {
      for (const inner of statement.body) atOnce(execute(inner, names));
    });
  }
}

function contextOf(expression: Expression): (fn: () => void) => void {
  if (expression.kind !== "call" || expression.of.kind !== "attribute")
    throw new SyntaxError("with");
  const [mode] = expression.args;
  const found = contexts[expression.of.name];
  if (found !== undefined) return found;
  return mode?.kind === "literal" && mode.value === true ? enableGrad : noGrad;
}

async function waited(steps: Steps<void>): Promise<void> {
  for (let next = steps.next(); next.done !== true; ) {
    const value = await next.value.then(
      (given) => ({ given }),
      (error: unknown) => ({ error }),
    );
    next = "error" in value ? steps.throw(value.error) : steps.next(value.given);
  }
}

/** Sorts the values of a name into tensors and other values, under the names of the files. */
function collect(
  name: string,
  value: unknown,
  tensors: Map<string, Tensor | number>,
  values: Map<string, unknown>,
): void {
  if (value instanceof Tensor) tensors.set(name, value);
  else if (Array.isArray(value) && value.some((one) => typeof one === "object" && one !== null)) {
    for (const [i, one] of value.entries()) collect(`${name}.${i}`, one, tensors, values);
  } else if (Array.isArray(value)) values.set(name, value.map(torchName));
  else if (value instanceof Map) {
    for (const [key, one] of value) collect(`${name}.${key}`, one, tensors, values);
  } else if (value !== null && typeof value === "object") {
    for (const [key, one] of Object.entries(value)) collect(`${name}.${key}`, one, tensors, values);
  } else if (typeof value === "number") {
    // Python floats are stored as tensors, integers as numbers; a JavaScript number may be either.
    tensors.set(name, value);
    values.set(name, value);
  } else values.set(name, torchName(value ?? null));
}

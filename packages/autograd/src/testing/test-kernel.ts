import { grad } from "../autograd/backward.ts";
import type { FusedOp } from "../autograd/fused.ts";
import type { DefinedKernel, Each } from "../autograd/kernel.ts";
import { arrayType, type DType, isFloating, type TypedArray } from "../dtype.ts";
import { ArgumentError, WgradError } from "../errors.ts";
import { hostTensor } from "../ops/core/creation.ts";
import { Generator } from "../random/generator.ts";
import { streamFor } from "../runtime/init.ts";
import type { DeviceStream } from "../runtime/stream.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { gradcheck, gradgradcheck, weightedSum } from "./gradcheck.ts";

/**
 * An input of a case: its shape (floating-point elements are normally distributed), or shape and
 * values.
 */
export type CaseInput = Shape | { readonly shape: Shape; readonly data: ArrayLike<number> };

/** The allowed difference between devices: |x − y| ≤ atol + rtol |y|. */
export interface KernelTolerance {
  readonly rtol?: number;
  readonly atol?: number;
}

type Names = Readonly<Record<string, unknown>>;

/** A case of `testKernel`. */
export interface KernelCase<I extends Names, S extends Names> extends KernelTolerance {
  readonly inputs: Each<I, CaseInput>;
  readonly scalars?: Each<S, number>;
}

/** A case of `testFused`. */
export interface FusedCase extends KernelTolerance {
  readonly inputs: readonly CaseInput[];
}

type Run = (...inputs: Tensor[]) => readonly Tensor[];

/** The operation that runs on WebGPU, the reference that it must equal, and the inputs. */
interface Comparison extends KernelTolerance {
  readonly call: string;
  readonly run: Run;
  readonly reference: Run;
  readonly dtypes: readonly DType[];
  readonly inputs: readonly CaseInput[];
}

/**
 * Checks each case: the kernel on WebGPU and its gradients equal the reference on the cpu device;
 * the
 * gradient (and its own) agrees with finite differences in f64, if no input has more than 100
 * elements;
 * repeated runs do not use more memory. Throws a WgradError at the first failure.
 */
export async function testKernel<I extends Names, O extends Names, S extends Names>(
  kernel: DefinedKernel<I, O, S>,
  cases: readonly KernelCase<I, S>[],
): Promise<void> {
  const { spec } = kernel;
  const names = Object.keys(spec.inputs);
  const named = (tensors: readonly Tensor[]) =>
    Object.fromEntries(names.map((name, i) => [name, tensors[i]])) as Each<I, Tensor>;
  for (const [i, { inputs, scalars, ...tolerance }] of cases.entries()) {
    const given = inputs as Readonly<Record<string, CaseInput>>;
    const call = kernel as unknown as (x: Each<I, Tensor>, s?: Each<S, number>) => Each<O, Tensor>;
    const run: Run = (...tensors) =>
      Object.values(call(named(tensors), scalars as Each<S, number>));
    await compare({
      ...tolerance,
      call: `testKernel(${spec.name}), case ${i}`,
      run,
      reference: run, // On the cpu device the operation is its reference.
      dtypes: names.map((name) => spec.inputs[name] as DType),
      inputs: names.map((name) => given[name] as CaseInput),
    });
  }
}

/** The same for a fused op: on WebGPU it equals `decompose` on the cpu device. */
export async function testFused<In extends readonly Tensor[]>(
  op: FusedOp<In>,
  cases: readonly FusedCase[],
): Promise<void> {
  const list = (run: (...inputs: In) => Tensor): Run => {
    return (...tensors) => [run(...(tensors as unknown as In))];
  };
  for (const [i, { inputs, ...tolerance }] of cases.entries()) {
    await compare({
      ...tolerance,
      call: `testFused(${op.spec.name}), case ${i}`,
      run: list(op),
      reference: list(op.spec.decompose),
      dtypes: inputs.map(() => "f32"),
      inputs,
    });
  }
}

async function compare(comparison: Comparison): Promise<void> {
  const { call, run, reference } = comparison;
  const [cpu, gpu] = [await streamFor("cpu"), await streamFor("webgpu")];
  const want = await outcome(comparison, reference, cpu);
  checkEqual(comparison, await outcome(comparison, run, gpu), want);
  if (want.gradients > 0 && comparison.inputs.every(isSmall)) {
    try {
      await gradcheck(run, tensors(comparison, cpu, "f64"));
      await gradgradcheck(run, tensors(comparison, cpu, "f64"), { atol: 1e-6, rtol: 1e-5 });
    } catch (error) {
      throw new WgradError(`${call}: ${(error as Error).message}`);
    }
  }
  const held: number[] = [];
  for (let i = 0; i < 8; i++) {
    await outcome(comparison, run, gpu);
    held.push(gpu.pool.liveBytes);
  }
  if ((held[7] as number) > (held[5] as number))
    throw new WgradError(
      `${call}: uses ${held[5]} bytes after six runs, but ${held[7]} after eight`,
    );
}

/** The most elements of an input: finite differences take two runs per element. */
const isSmall = (input: CaseInput): boolean => sizeOf("data" in input ? input.shape : input) <= 100;

/** The inputs of a case on a device, with the same values each time. */
function tensors(
  { call, dtypes, inputs }: Comparison,
  stream: DeviceStream,
  float: DType,
): Tensor[] {
  const generator = new Generator(0);
  return inputs.map((input, i) => {
    const named = dtypes[i] as DType;
    const dtype = isFloating(named) ? float : named;
    const hasData = "data" in input;
    const shape = hasData ? input.shape : input;
    // Floating-point values are drawn as f32 for every dtype.
    const values = new (arrayType(named))(sizeOf(shape));
    if (hasData) values.set(input.data);
    else if (isFloating(named)) generator.normal(values as Float32Array);
    else throw new ArgumentError(`${call}: input ${i} is ${dtype} and needs data`);
    const held = dtype === "f64" ? Float64Array.from(values) : values;
    return hostTensor(held, shape, dtype, stream).requiresGrad_(isFloating(dtype));
  });
}

interface Outcome {
  readonly names: readonly string[];
  readonly shapes: readonly Shape[];
  readonly values: readonly TypedArray[];
  readonly gradients: number;
}

async function outcome(comparison: Comparison, run: Run, stream: DeviceStream): Promise<Outcome> {
  const inputs = tensors(comparison, stream, "f32");
  const outputs = run(...inputs);
  const leaves = inputs.filter((input) => input.requiresGrad);
  const tracked = outputs.filter((output) => output.requiresGrad);
  const found =
    tracked.length === 0
      ? []
      : grad(weightedSum(tracked, [], "f32"), leaves, { allowUnused: true });
  const gradients = found.filter((gradient: Tensor | null) => gradient !== null);
  const all = [...outputs, ...gradients];
  stream.flush(all.map(({ node }) => node)); // All reads start together, so that nothing is computed twice.
  const values = await Promise.all(all.map((x) => x.data()));
  return {
    names: [...outputs.map((_, i) => `output ${i}`), ...gradients.map((_, i) => `gradient ${i}`)],
    shapes: all.map(({ shape }) => shape),
    values,
    gradients: gradients.length,
  };
}

function checkEqual(
  { call, rtol = 2e-5, atol = 2e-6 }: Comparison,
  got: Outcome,
  want: Outcome,
): void {
  for (const [i, name] of want.names.entries()) {
    const [shape, expected] = [String(got.shapes[i]), String(want.shapes[i])];
    if (shape !== expected)
      throw new WgradError(
        `${call}: ${name} has shape [${shape}], but the reference has [${expected}]`,
      );
    want.values[i]?.forEach((y, at) => {
      const x = got.values[i]?.[at] as number;
      if (x === y || (Number.isNaN(x) && Number.isNaN(y))) return;
      if (Math.abs(x - y) <= atol + rtol * Math.abs(y)) return;
      throw new WgradError(`${call}: ${name}[${at}] is ${x}, but ${y} in the reference`);
    });
  }
}

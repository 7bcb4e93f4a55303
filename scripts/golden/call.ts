import { ellipsis, slice, Tensor, tensor } from "@wgrad/autograd";
import type { TensorRecord } from "@wgrad/autograd/safetensors";
import type { Encoded } from "./load.ts";
import { type Callable, type Constructor, camel, dtypeName, resolve } from "./names.ts";
import { Plain } from "./plain.ts";

/** The tensors of a case, by name. */
export type Environment = ReadonlyMap<string, Tensor>;

/**
 * Arguments that are positional here although a case may pass them by name, in the order of
 * PyTorch's parameters. Without an entry only `dim` is positional; other named arguments go into
 * the options.
 */
const positional: Readonly<Record<string, readonly string[]>> = {
  "torch.clamp": ["input", "min", "max"],
  "torch.norm": ["input", "p", "dim"],
  "torch.linalg.vector_norm": ["input", "ord", "dim"],
  "torch.linalg.norm": ["input", "ord", "dim"],
  "torch.linalg.matrix_norm": ["input", "ord", "dim"],
  "torch.linalg.cond": ["input", "p"],
  "torch.var": ["input", "dim"],
  "torch.std": ["input", "dim"],
  "torch.roll": ["input", "shifts", "dims"],
  "torch.flatten": ["input", "start_dim", "end_dim"],
  "F.unfold": ["input", "kernel_size"],
  "F.fold": ["input", "output_size", "kernel_size"],
  "F.max_pool1d": ["input", "kernel_size"],
  "F.max_pool2d": ["input", "kernel_size"],
  "F.max_pool3d": ["input", "kernel_size"],
  "F.avg_pool1d": ["input", "kernel_size"],
  "F.avg_pool2d": ["input", "kernel_size"],
  "F.avg_pool3d": ["input", "kernel_size"],
  "torch.unique": ["input"],
  ...Object.fromEntries(
    ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"].flatMap((name) => [
      [`torch.fft.${name}`, ["input", "n", "dim"]],
      ...["2", "n"].map((rank) => [`torch.fft.${name}${rank}`, ["input", "s", "dim"]]),
    ]),
  ),
  "torch.trapezoid": ["y", "x"],
  "torch.trapz": ["y", "x"],
  "torch.cumulative_trapezoid": ["y", "x"],
  "torch.gradient": ["input"],
  "torch.aminmax": ["input"],
  "torch.slice_scatter": ["input", "src", "dim"],
  "torch.unique_consecutive": ["input"],
  "torch.diff": ["input", "n", "dim"],
  "Tensor.diff": ["input", "n", "dim"],
  "F.normalize": ["input"],
  "F.embedding_bag": ["input", "weight", "offsets"],
  "F.pdist": ["input", "p"],
  "nn.GLU": [],
  "nn.CosineSimilarity": [],
  ...Object.fromEntries(
    ["weight_norm", "spectral_norm", "orthogonal"].map((name) => [
      `nn.utils.parametrizations.${name}`,
      ["module", "name"],
    ]),
  ),
  "optim.swa_utils.SWALR": ["optimizer", "swa_lr"],
  "lr_scheduler.StepLR": ["optimizer", "step_size"],
  "lr_scheduler.MultiStepLR": ["optimizer", "milestones"],
  "lr_scheduler.ExponentialLR": ["optimizer", "gamma"],
  "lr_scheduler.CosineAnnealingLR": ["optimizer", "T_max"],
  "lr_scheduler.CosineAnnealingWarmRestarts": ["optimizer", "T_0"],
  "lr_scheduler.LambdaLR": ["optimizer", "lr_lambda"],
  "lr_scheduler.MultiplicativeLR": ["optimizer", "lr_lambda"],
  "lr_scheduler.OneCycleLR": ["optimizer", "max_lr"],
  "lr_scheduler.CyclicLR": ["optimizer", "base_lr", "max_lr"],
};

/**
 * Functions whose positional arguments in PyTorch are options here: how many stay positional, and
 * the order of PyTorch's parameters.
 */
const named: Readonly<Record<string, readonly [count: number, order: readonly string[]]>> = {
  "F.dropout": [1, ["input", "p", "training"]],
  "nn.Flatten": [0, ["start_dim", "end_dim"]],
  "nn.PairwiseDistance": [0, ["p", "eps", "keepdim"]],
  "F.hardtanh": [1, ["input", "min_val", "max_val"]],
  "F.hardtanh_": [1, ["input", "min_val", "max_val"]],
  "F.celu_": [1, ["input", "alpha"]],
  "F.elu_": [1, ["input", "alpha"]],
  "F.leaky_relu_": [1, ["input", "negative_slope"]],
  "torch.histc": [1, ["input", "bins", "min", "max"]],
  "nn.Transformer": [
    0,
    ["d_model", "nhead", "num_encoder_layers", "num_decoder_layers", "dim_feedforward", "dropout"],
  ],
  "Tensor.nan_to_num_": [1, ["input", "nan", "posinf", "neginf"]],
  "torch.rot90": [1, ["input", "k", "dims"]],
};

/** Functions whose positional numbers form one shape: `torch.rand(4, 5)`. */
const takesShape: ReadonlySet<string> = new Set(
  ["rand", "randn", "empty", "zeros", "ones"].map((name) => `torch.${name}`),
);

type Given = Readonly<Record<string, unknown>>;

/** The arguments of a call. */
export interface Arguments {
  readonly args: readonly unknown[];
  readonly kwargs: Given;
}

/** Options under camelCase names. */
export const camelKeys = (kwargs: Given): Given =>
  Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [camel(key), value]));

/** Dtypes of masks, which select where they are not 0. */
const masks: ReadonlySet<string> = new Set(["bool", "u8"]);

/** Calls whose form is specific to Python, or that JavaScript does not need. */
const special: Readonly<Record<string, (args: readonly unknown[], kwargs: Given) => unknown>> = {
  // the shape of an index with a mask depends on its values
  "Tensor.__getitem__": ([x, index]) => {
    const items = index as readonly unknown[];
    const masked = items.some((item) => item instanceof Tensor && masks.has(item.dtype));
    return (resolve(masked ? "Tensor.at_mask" : "Tensor.at") as Callable)(x, ...items);
  },
  "Tensor.__setitem__": ([x, index, value]) => {
    const changed = (x as Tensor).clone();
    (resolve("Tensor.__setitem__") as Callable)(changed, index, value);
    return changed;
  },
  "Tensor.backward": ([x, gradient = null], { gradient: named = gradient, ...options }) =>
    (x as Tensor).backward(named as Tensor | null, camelKeys(options)),
  "torch.tensor": ([data], options) =>
    data instanceof Tensor ? data.detach().clone() : tensor(data as never, camelKeys(options)),
  "torch.as_tensor": ([data], options) =>
    data instanceof Tensor ? data : tensor(data as never, camelKeys(options)),
  "nn.Module": () => new Plain(),
  // objects put integer keys first
  "nn.ModuleDict": ([modules]) =>
    new (resolve("nn.ModuleDict") as Constructor)([...(modules as Map<string, unknown>)]),
  // a shape is compared as a tensor
  "torch.broadcast_shapes": (shapes) =>
    Int32Array.from((resolve("torch.broadcast_shapes") as Callable)(...shapes) as number[]),
  // spectra are tensors with a last dimension of 2, as with `return_complex`
  "torch.stft": ([x, n], { return_complex: _, ...options }) =>
    (resolve("torch.stft") as Callable)(x, n, camelKeys(options)),
  // NumPy's name of dim
  "torch.concatenate": ([tensors], { axis, dim = axis }) =>
    (resolve("torch.concatenate") as Callable)(tensors, dim),
  "torch.get_default_dtype": () => "f32",
};

/** Calls the counterpart of a PyTorch function or class with decoded arguments. */
export function invoke(name: string, given: Arguments): unknown {
  const own = special[name];
  if (own !== undefined) return own(given.args, given.kwargs);
  const target = resolve(name);
  const args = arrange(name, given).map(plainObject);
  return isClass(target) ? new target(...args) : (target as Callable)(...args);
}

/** A dict as a plain object. */
export const plainObject = (value: unknown): unknown =>
  value instanceof Map ? Object.fromEntries(value) : value;

/** Required arguments by position, then further positional ones, then the options. */
function arrange(name: string, { args, kwargs }: Arguments): unknown[] {
  const out = takesShape.has(name) && typeof args[0] === "number" ? [[...args]] : [...args];
  const order = positional[name];
  const options: Record<string, unknown> = {};
  const [count, parameters] = named[name] ?? [out.length, []];
  for (const [i, value] of out.splice(count).entries())
    options[camel(parameters[count + i] as string)] = value;
  for (const [key, value] of Object.entries(kwargs)) {
    const place = order?.indexOf(key) ?? (key === "dim" ? args.length : -1);
    if (place >= 0) out[place] = value;
    else options[camel(key)] = value;
  }
  if (Object.keys(options).length > 0) out[Math.max(out.length, order?.length ?? 0)] = options;
  return Array.from(out);
}

function isClass(target: unknown): target is new (...args: unknown[]) => object {
  return /^class\b/.test(Function.prototype.toString.call(target));
}

/** Decodes a value of the files. */
export function decode(value: Encoded, tensors: Environment): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item) => decode(item, tensors));
  const [[tag, content]] = Object.entries(value) as [[string, Encoded]];
  switch (tag) {
    case "tensor":
      return tensorNamed(content as string, tensors);
    case "float":
      return { inf: Infinity, "-inf": -Infinity, nan: NaN }[content as string];
    case "dtype":
      return dtypeName(content as string);
    case "slice":
      return slice(...(content as [number | null, number | null, number | null]));
    case "ellipsis":
      return ellipsis;
    case "index":
      return (content as readonly Encoded[]).map((item) => decode(item, tensors));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, decode(item, tensors)]),
  );
}

/** Decodes the arguments of a case. */
export function decodeAll(
  values: Readonly<Record<string, Encoded>> | undefined,
  tensors: Environment,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values ?? {}).map(([key, value]) => [key, decode(value, tensors)]),
  );
}

function tensorNamed(name: string, tensors: Environment): Tensor {
  const found = tensors.get(name);
  if (found === undefined) throw new Error(`golden: the case has no tensor ${name}`);
  return found;
}

/** A stored tensor on the current device. */
export function fromRecord({ data, shape, dtype }: TensorRecord, requiresGrad = false): Tensor {
  return tensor(data, { dtype, shape, requiresGrad });
}

/** Reads a result to the host; plain numbers and arrays count as tensors. */
export async function toRecord(result: unknown): Promise<TensorRecord> {
  if (typeof result === "number") {
    return { dtype: "f64", shape: [], data: Float64Array.of(result) };
  }
  if (result instanceof Int32Array) return { dtype: "i32", shape: [result.length], data: result };
  if (result instanceof Float64Array) return { dtype: "f64", shape: [result.length], data: result };
  if (typeof result === "boolean")
    return { dtype: "bool", shape: [], data: Uint8Array.of(+result) };
  const { dtype, shape } = result as Tensor;
  return { dtype, shape, data: await (result as Tensor).data() };
}

/** The tensors in a result, in order: a single one, a list, or an object of named ones. */
export function flatten(result: unknown): unknown[] {
  if (Array.isArray(result)) return result.flatMap(flatten);
  if (result === null || result === undefined) return [];
  const named = typeof result === "object" && !("numel" in result) && Symbol.iterator in result;
  if (Object.getPrototypeOf(result) === Object.prototype || (named && !ArrayBuffer.isView(result)))
    return Object.values(result).flatMap(flatten);
  return [result];
}

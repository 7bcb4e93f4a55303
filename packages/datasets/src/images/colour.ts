import { type Generator, minimum, ShapeError, type Tensor, tensor, where } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { between, checkRange, type RandomOptions, type Range, sourceOf } from "./draws.ts";
import { asBatch, type ImageTransform } from "./image-transform.ts";

/** Weights of red, green and blue in the perceived brightness. */
const LUMA = [0.2989, 0.587, 0.114] as const;

/**
 * Converts images to grey, in one channel or in three equal ones. Throws ShapeError for images
 * without 1 or 3 channels.
 */
export class Grayscale implements ImageTransform {
  readonly #channels: number;

  constructor(options: { readonly numOutputChannels?: 1 | 3 } = {}) {
    checkCall("new Grayscale({ numOutputChannels: number })", arguments);
    const { numOutputChannels = 1 } = options;
    if (numOutputChannels !== 1 && numOutputChannels !== 3) {
      throw new ShapeError(`Grayscale: numOutputChannels is ${numOutputChannels}\n  hint: 1 or 3`);
    }
    this.#channels = numOutputChannels;
  }

  transform(images: Tensor): Tensor {
    checkCall("grayscale.transform(images: tensor)", arguments);
    return asBatch("Grayscale", images, (batch) => {
      const grey = greyOf("Grayscale", batch);
      const [count = 0, , height = 0, width = 0] = grey.shape;
      return this.#channels === 1 ? grey : grey.expand([count, 3, height, width]);
    });
  }
}

/**
 * Settings of ColorJitter. A number x draws factors from 1 − x to 1 + x (for hue from −x to x);
 * otherwise pass a range.
 */
export interface ColorJitterOptions extends RandomOptions {
  /** Factor of brightness (default 0: unchanged). */
  readonly brightness?: number | Range;
  /** Factor of the difference to the image's mean grey (default 0). */
  readonly contrast?: number | Range;
  /** Factor of the difference to grey (default 0). */
  readonly saturation?: number | Range;
  /** Rotation of the hue, from −0.5 to 0.5 turns (default 0). */
  readonly hue?: number | Range;
}

/**
 * Changes brightness, contrast, saturation and hue of each image by random factors in random order.
 * Images are in [0, 1].
 */
export class ColorJitter implements ImageTransform {
  /** Ranges of brightness, contrast, saturation and hue; null if unchanged. */
  readonly #ranges: readonly (Range | null)[];
  readonly #generator: Generator | null;

  constructor(options: ColorJitterOptions = {}) {
    checkCall(
      "new ColorJitter({ brightness: number | list, contrast: number | list, saturation: number | list, hue: number | list, generator: generator })",
      arguments,
    );
    const { brightness = 0, contrast = 0, saturation = 0, hue = 0, generator } = options;
    this.#ranges = [
      factors("brightness", brightness),
      factors("contrast", contrast),
      factors("saturation", saturation),
      turns(hue),
    ];
    this.#generator = generator ?? null;
  }

  transform(images: Tensor): Tensor {
    checkCall("jitter.transform(images: tensor)", arguments);
    return asBatch("ColorJitter", images, (batch) => {
      const generator = sourceOf(this.#generator);
      const drawn = Array.from({ length: batch.shape[0] as number }, () => {
        const order = [...generator.permutation(4)];
        const values = this.#ranges.map((range) => range && between(generator, range));
        return plan(order, values);
      });
      const before = blends(
        batch,
        drawn.map((each) => each.before),
      );
      const shifts = drawn.map(({ shift }) => shift);
      const coloured = batch.shape[1] !== 1 && this.#ranges[HUE] !== null;
      return blends(
        coloured ? rotateHue(before, column(shifts)) : before,
        drawn.map(({ after }) => after),
      );
    });
  }
}

const [BRIGHTNESS, CONTRAST, SATURATION, HUE] = [0, 1, 2, 3];

/** Blends an image with another one by a factor. */
interface Blend {
  readonly kind: number;
  readonly factor: number;
}

/** Blends of an image before and after its hue changes. */
interface Plan {
  readonly before: readonly Blend[];
  readonly shift: number;
  readonly after: readonly Blend[];
}

function plan(order: readonly number[], values: readonly (number | null)[]): Plan {
  const part = (kinds: readonly number[]): Blend[] =>
    kinds.flatMap((kind) => {
      const factor = values[kind] ?? null;
      return factor === null ? [] : [{ kind, factor }];
    });
  const at = order.indexOf(HUE);
  return {
    before: part(order.slice(0, at)),
    shift: values[HUE] ?? 0,
    after: part(order.slice(at + 1)),
  };
}

const column = (values: readonly number[]): Tensor =>
  tensor(Float32Array.from(values), { shape: [values.length, 1, 1, 1] });

const whichOf = (which: readonly boolean[]): Tensor =>
  tensor(Uint8Array.from(which, Number), { shape: [which.length, 1, 1, 1], dtype: "bool" });

/**
 * Applies the blends of each image in order: the first ones together, then the second ones, and so
 * on.
 */
function blends(batch: Tensor, lists: readonly (readonly Blend[])[]): Tensor {
  const most = Math.max(0, ...lists.map((list) => list.length));
  let out = batch;
  for (let turn = 0; turn < most; turn++)
    out = blended(
      out,
      lists.map((list) => list[turn]),
    );
  return out;
}

function blended(batch: Tensor, changes: readonly (Blend | undefined)[]): Tensor {
  const of = (kind: number): boolean[] => changes.map((change) => change?.kind === kind);
  const some = (kind: number): boolean => of(kind).includes(true);
  let base: Tensor | 0 = 0;
  if (some(CONTRAST) || some(SATURATION)) {
    const grey = greyOf("ColorJitter", batch);
    if (some(SATURATION)) base = some(BRIGHTNESS) ? where(whichOf(of(SATURATION)), grey, 0) : grey;
    if (some(CONTRAST)) {
      const mean = grey.mean([1, 2, 3], { keepdim: true });
      const all = !some(BRIGHTNESS) && !some(SATURATION);
      base = all ? mean : where(whichOf(of(CONTRAST)), mean, base);
    }
  }
  const factor = column(changes.map((change) => change?.factor ?? 1));
  const scaled = factor.mul(batch);
  const mixed = base === 0 ? scaled : scaled.add(factor.neg().add(1).mul(base));
  const bounded = mixed.clamp(0, 1);
  if (!changes.includes(undefined)) return bounded;
  return where(whichOf(changes.map((change) => change !== undefined)), bounded, batch);
}

/**
 * Start of red, green and blue on the hue circle, in sixths. Each is full for two sixths, zero for
 * two, and a ramp between.
 */
const STARTS = [5, 3, 1];

/** Rotates the hue by fractions of the circle, keeping saturation and value (as in HSV). */
function rotateHue(batch: Tensor, shift: Tensor): Tensor {
  const [r, g, b] = [0, 1, 2].map((c) => batch.narrow(1, c, 1)) as [Tensor, Tensor, Tensor];
  const most = batch.amax(1, { keepdim: true });
  const spread = most.sub(batch.amin(1, { keepdim: true }));
  const sixths = where(
    most.eq(r),
    g.sub(b),
    where(most.eq(g), b.sub(r).add(spread.mul(2)), r.sub(g).add(spread.mul(4))),
  ).div(where(spread.eq(0), 1, spread));
  const starts = tensor(Float32Array.from(STARTS), { shape: [3, 1, 1] });
  const place = sixths.add(shift.mul(6)).add(starts);
  const inWheel = place.sub(place.div(6).floor().mul(6));
  const part = minimum(inWheel, inWheel.neg().add(4)).clamp(0, 1);
  return most.sub(spread.mul(part));
}

function greyOf(name: string, batch: Tensor): Tensor {
  const channels = batch.shape[1];
  if (channels === 1) return batch;
  if (channels !== 3) {
    throw new ShapeError(
      `${name}: images have shape [${batch.shape.join(", ")}]\n  hint: pass 1 channel (grey) or 3 (red, green, blue)`,
    );
  }
  const weights = tensor(Float32Array.from(LUMA), { shape: [3, 1, 1] });
  return batch.mul(weights).sum(1, { keepdim: true });
}

/** The range from 1 − x to 1 + x, at least 0; null if that is only 1. */
function factors(what: string, value: number | Range): Range | null {
  const [low, high] =
    typeof value === "number"
      ? checkRange("ColorJitter", what, [value < 0 ? value : Math.max(0, 1 - value), 1 + value], 0)
      : checkRange("ColorJitter", what, value, 0);
  return low === 1 && high === 1 ? null : [low, high];
}

function turns(value: number | Range): Range | null {
  const range = typeof value === "number" ? [-value, value] : value;
  const [low, high] = checkRange("ColorJitter", "hue", range, -0.5, 0.5);
  return low === 0 && high === 0 ? null : [low, high];
}

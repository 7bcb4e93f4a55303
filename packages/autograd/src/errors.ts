/** Base of all errors that this library throws: `instanceof WgradError`. */
export class WgradError extends Error {
  /** Written out, since minifiers rename classes. */
  static readonly name: string = "WgradError";

  override get name(): string {
    return this.constructor.name;
  }
}

/** Shapes that do not fit the operation. */
export class ShapeError extends WgradError {
  static override readonly name: string = "ShapeError";
}

/** A dtype that the operation or the device does not take. */
export class DTypeError extends WgradError {
  static override readonly name: string = "DTypeError";
}

/** An index, dimension or argument outside its range. */
export class ArgumentError extends WgradError {
  static override readonly name: string = "ArgumentError";
}

/** An index, or a class that is a target, that is not there. */
export class IndexError extends ArgumentError {
  static override readonly name: string = "IndexError";
}

/** A misuse of autograd: a second backward, an in-place write to a leaf, an impossible gradient. */
export class GradError extends WgradError {
  static override readonly name: string = "GradError";
}

/** A lost value: it was not cached, and a source of it was overwritten. */
export class ExpiredError extends WgradError {
  static override readonly name: string = "ExpiredError";
}

/** An operation made a NaN or an infinity while `setDetectAnomaly(true)` looked for it. */
export class AnomalyError extends WgradError {
  static override readonly name: string = "AnomalyError";
}

/**
 * A merged kernel differs from its operations one by one: found by `init({ fusion: "verify" })`.
 */
export class VerifyError extends WgradError {
  static override readonly name: string = "VerifyError";
}

/** No usable device, or an operation that mixes devices. */
export class DeviceError extends WgradError {
  static override readonly name: string = "DeviceError";
}

/** The device was lost. Its tensors are gone; `init()` again makes a fresh one. */
export class DeviceLostError extends DeviceError {
  static override readonly name: string = "DeviceLostError";
}

/** The device has no memory left, or the byte budget is spent. */
export class OutOfMemoryError extends DeviceError {
  static override readonly name: string = "OutOfMemoryError";
}

/** A buffer, binding or dispatch past what the adapter allows; the message names the limit. */
export class LimitError extends DeviceError {
  static override readonly name: string = "LimitError";
}

/** One line of an error's detail block: `  name: [2, 3] f32`. */
export function detail(name: string, shape: readonly number[], note = ""): string {
  return `\n  ${name}: [${shape.join(", ")}]${note && ` ${note}`}`;
}

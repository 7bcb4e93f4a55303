/** The base class of all errors of this library: `instanceof WgradError`. */
export class WgradError extends Error {
  /** Minifiers rename classes, so the name is a string. */
  static readonly name: string = "WgradError";

  override get name(): string {
    return this.constructor.name;
  }
}

/** Shapes do not fit the operation. */
export class ShapeError extends WgradError {
  static override readonly name: string = "ShapeError";
}

/** The operation or the device does not support a dtype. */
export class DTypeError extends WgradError {
  static override readonly name: string = "DTypeError";
}

/** An index, dimension or argument is outside its range. */
export class ArgumentError extends WgradError {
  static override readonly name: string = "ArgumentError";
}

/** An index or target class is out of range. */
export class IndexError extends ArgumentError {
  static override readonly name: string = "IndexError";
}

/** A misuse of autograd: a second backward, an in-place write to a leaf, an impossible gradient. */
export class GradError extends WgradError {
  static override readonly name: string = "GradError";
}

/** A value is lost: it was not cached, and one of its inputs was overwritten. */
export class ExpiredError extends WgradError {
  static override readonly name: string = "ExpiredError";
}

/** An operation produced NaN or an infinity while `setDetectAnomaly(true)` was on. */
export class AnomalyError extends WgradError {
  static override readonly name: string = "AnomalyError";
}

/**
 * `init({ fusion: "verify" })` found a fused kernel that differs from its operations one by one.
 */
export class VerifyError extends WgradError {
  static override readonly name: string = "VerifyError";
}

/** There is no usable device, or an operation mixes devices. */
export class DeviceError extends WgradError {
  static override readonly name: string = "DeviceError";
}

/** The device was lost, and its tensors with it. `init()` again makes a new one. */
export class DeviceLostError extends DeviceError {
  static override readonly name: string = "DeviceLostError";
}

/** The device has no memory left, or the byte budget is used up. */
export class OutOfMemoryError extends DeviceError {
  static override readonly name: string = "OutOfMemoryError";
}

/** A buffer, binding or dispatch exceeds the adapter's limits. The message names the limit. */
export class LimitError extends DeviceError {
  static override readonly name: string = "LimitError";
}

/** A line of an error's details: `  name: [2, 3] f32`. */
export function detail(name: string, shape: readonly number[], note = ""): string {
  return `\n  ${name}: [${shape.join(", ")}]${note && ` ${note}`}`;
}

/** Base of every error this library throws on purpose: `instanceof WgradError` tells ours from others'. */
export class WgradError extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** Shapes that do not fit the operation. */
export class ShapeError extends WgradError {}

/** A dtype that the operation or the device does not take. */
export class DTypeError extends WgradError {}

/** An index, dimension or argument outside its range. */
export class ArgumentError extends WgradError {}

/** A misuse of autograd: a second backward, an in-place write to a leaf, a gradient that cannot exist. */
export class GradError extends WgradError {}

/** A value that is gone: it was not cached, and a source it would be computed from was overwritten. */
export class ExpiredError extends WgradError {}

/** An operation made a NaN or an infinity while `setDetectAnomaly(true)` looked for it. */
export class AnomalyError extends WgradError {}

/** No usable device, or an operation that mixes devices. */
export class DeviceError extends WgradError {}

/** The device was lost. Its tensors are gone; `init()` again makes a fresh one. */
export class DeviceLostError extends DeviceError {}

/** The device has no memory left, or the byte budget is spent. */
export class OutOfMemoryError extends DeviceError {}

/** A buffer, binding or dispatch past what the adapter allows; the message names the limit. */
export class LimitError extends DeviceError {}

/** One line of an error's detail block: `  name: [2, 3] f32`. */
export function detail(name: string, shape: readonly number[], note = ""): string {
  return `\n  ${name}: [${shape.join(", ")}]${note && ` ${note}`}`;
}

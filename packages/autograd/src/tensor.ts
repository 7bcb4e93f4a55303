import { Handle, registerHandle } from "./graph/handle.ts";

/** An n-dimensional array on a device, with its place on the tape. */
export class Tensor extends Handle {}

registerHandle((cell, view) => new Tensor(cell, view));

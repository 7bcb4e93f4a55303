/** Files of tensors and of whole training runs, in Node and in browsers. */

export { SavingError } from "./saving/error.ts";
export { type OpenSafetensors, openSafetensors } from "./saving/open-safetensors.ts";
export { type OpfsFile, opfs } from "./saving/opfs.ts";
export { type RandomStateDict, randomState } from "./saving/random-state.ts";
export { type LoadOptions, load, restore } from "./saving/restore.ts";
export { type SaveOptions, save, toBlob } from "./saving/save.ts";
export { type OpenFile, openFile, type Source } from "./saving/source.ts";
export type { Saved, Stateful } from "./saving/state.ts";
export { download, type Target } from "./saving/target.ts";

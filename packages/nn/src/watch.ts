import { beforeNextTensor } from "@wgrad/autograd/plugin";

/**
 * Searches a module for new fields. Returns false once the module is in use, so its constructor has
 * ended.
 */
type SearchFields = (module: object) => boolean;

/** Modules whose constructor may still be running. */
const underConstruction = new Map<WeakRef<object>, SearchFields>();

/**
 * Class fields are defined without notice. They are searched for when they are needed and before
 * the next tensor is made, so that a parameter is found before another tensor replaces it.
 */
export function watchModule(module: object, search: SearchFields): void {
  underConstruction.set(new WeakRef(module), search);
  watch();
}

/**
 * Searches before a new tensor is made, because a field may hold a parameter or buffer that is not
 * registered yet.
 */
export function watch(): void {
  beforeNextTensor(searchAll);
}

function searchAll(): void {
  for (const [ref, search] of underConstruction) {
    const module = ref.deref();
    if (module === undefined || !search(module)) underConstruction.delete(ref);
  }
}

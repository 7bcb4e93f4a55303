import { beforeNextTensor } from "@wgrad/autograd/plugin";

/**
 * Looks for a module's new fields; false once somebody has the module, so that its constructor is
 * over.
 */
type Look = (module: object) => boolean;

/** Modules whose constructor may still run. */
const young = new Map<WeakRef<object>, Look>();

/**
 * A class defines its fields, which nobody is told of. They are looked for when they are asked for,
 * and before the next tensor is made: so a parameter is known as one before another tensor is put
 * in its place.
 */
export function watchModule(module: object, look: Look): void {
  young.set(new WeakRef(module), look);
  watch();
}

/** Looks before the next tensor is made: a parameter or a buffer is there that a field may hold. */
export function watch(): void {
  beforeNextTensor(lookAtAll);
}

function lookAtAll(): void {
  for (const [ref, look] of young) {
    const module = ref.deref();
    if (module === undefined || !look(module)) young.delete(ref);
  }
}

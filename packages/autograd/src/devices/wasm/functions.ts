import { encodeModule } from "./module.ts";
import type { RenderedFunction } from "./render/function.ts";

/** Computes threads `first` up to `end` of a stage, on its arguments, with memory for arrays. */
export type StageFunction = (first: number, end: number, block: number, arrays: number) => void;

const decoder = new TextDecoder("latin1");

/** Functions by their code: what is new is compiled together, as one module. */
export class FunctionCache {
  readonly #memory: WebAssembly.Memory;
  readonly #known = new Map<string, StageFunction>();

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  all(rendered: readonly RenderedFunction[]): ReadonlyMap<RenderedFunction, StageFunction> {
    const keys = rendered.map(({ locals, code }) => locals.join("") + decoder.decode(code));
    const fresh = new Map<string, RenderedFunction>();
    for (const [i, key] of keys.entries())
      if (!this.#known.has(key)) fresh.set(key, rendered[i] as RenderedFunction);
    if (fresh.size > 0) {
      const module = new WebAssembly.Module(encodeModule([...fresh.values()]));
      const { exports } = new WebAssembly.Instance(module, { e: { m: this.#memory } });
      for (const [n, key] of [...fresh.keys()].entries())
        this.#known.set(key, exports[n] as unknown as StageFunction);
    }
    return new Map(
      rendered.map((one, i) => [one, this.#known.get(keys[i] as string) as StageFunction]),
    );
  }
}

import type { Memory, WasmBuffer } from "./memory.ts";
import { encodeModule, type FunctionCode } from "./module.ts";

/** Computes threads `first` to `end` of a stage; `block` and `arrays` are addresses. */
export type StageFunction = (first: number, end: number, block: number, arrays: number) => void;

/** The most bytes of unused modules that are kept for later programs. */
const SPARE_BYTES = 2 ** 23;

/** Functions that were compiled together, and are dropped together. */
interface Module {
  readonly id: number;
  readonly bytes: number;
  /** Its bytes in shared memory, which helpers compile; null if the memory is not shared. */
  readonly place: WasmBuffer | null;
  readonly functions: CompiledFunction[];
  /** Uses of its functions by programs. */
  users: number;
}

export interface CompiledFunction {
  readonly compute: StageFunction;
  readonly module: Module;
  /** The name under which the module exports it. */
  readonly index: number;
  readonly code: FunctionCode;
  readonly hash: number;
}

/** The functions of one program. They stay in the cache until `end`. */
export interface FunctionLease {
  /** In the order of the request. */
  readonly functions: readonly CompiledFunction[];
  end(): void;
}

/**
 * A cache of functions by their code. New functions of a request are compiled as one module. Unused
 * modules stay up to `spareBytes`; the least recently used is dropped first.
 */
export class FunctionCache {
  readonly #memory: Memory;
  readonly #spareBytes: number;
  readonly #known = new Map<number, CompiledFunction[]>();
  /** Modules without users, least recently used first. */
  readonly #spare = new Set<Module>();
  #spared = 0;
  #used = 0;
  #modules = 0;
  /** Functions compiled so far. */
  compiled = 0;

  constructor(memory: Memory, spareBytes: number = SPARE_BYTES) {
    this.#memory = memory;
    this.#spareBytes = spareBytes;
  }

  /** Bytes of all modules. */
  get bytes(): number {
    return this.#used + this.#spared;
  }

  take(wanted: readonly FunctionCode[]): FunctionLease {
    const hashes = wanted.map(hashOf);
    const found = wanted.map((code, i) => this.#find(hashes[i] as number, code));
    const fresh: { code: FunctionCode; hash: number }[] = [];
    for (const [i, code] of wanted.entries()) {
      const hash = hashes[i] as number;
      if (
        found[i] !== undefined ||
        fresh.some((one) => one.hash === hash && isSame(one.code, code))
      )
        continue;
      fresh.push({ code, hash });
    }
    if (fresh.length > 0) this.#compile(fresh);
    const own = wanted.map(
      (code, i) => found[i] ?? this.#find(hashes[i] as number, code),
    ) as CompiledFunction[];
    for (const { module } of own) this.#use(module);
    let live = true;
    const end = (): void => {
      if (live) for (const { module } of own) this.#release(module);
      live = false;
    };
    return { functions: own, end };
  }

  #find(hash: number, code: FunctionCode): CompiledFunction | undefined {
    return this.#known.get(hash)?.find((known) => isSame(known.code, code));
  }

  #compile(fresh: readonly { code: FunctionCode; hash: number }[]): void {
    const { memory, shared } = this.#memory;
    const codes = fresh.map(({ code }) => code);
    const bytes = encodeModule(codes, shared ? this.#memory.mostPages : null);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      e: { m: memory },
    });
    const place = shared ? this.#memory.take(bytes.length) : null;
    if (place !== null) this.#memory.bytes(place).set(bytes);
    const id = ++this.#modules;
    const module: Module = { id, bytes: bytes.length, place, functions: [], users: 0 };
    for (const [index, { code, hash }] of fresh.entries()) {
      const compute = exports[index] as unknown as StageFunction;
      const known: CompiledFunction = { compute, module, index, code, hash };
      module.functions.push(known);
      const bucket = this.#known.get(hash);
      if (bucket === undefined) this.#known.set(hash, [known]);
      else bucket.push(known);
    }
    this.compiled += fresh.length;
    this.#used += module.bytes;
  }

  #use(module: Module): void {
    module.users++;
    if (!this.#spare.delete(module)) return;
    this.#spared -= module.bytes;
    this.#used += module.bytes;
  }

  #release(module: Module): void {
    if (--module.users > 0) return;
    this.#used -= module.bytes;
    this.#spared += module.bytes;
    this.#spare.add(module);
    for (const oldest of this.#spare) {
      if (this.#spared <= this.#spareBytes) return;
      this.#forget(oldest);
    }
  }

  #forget(module: Module): void {
    this.#spare.delete(module);
    this.#spared -= module.bytes;
    if (module.place !== null) this.#memory.give(module.place);
    for (const known of module.functions) {
      const rest = (this.#known.get(known.hash) as CompiledFunction[]).filter(
        (one) => one !== known,
      );
      if (rest.length === 0) this.#known.delete(known.hash);
      else this.#known.set(known.hash, rest);
    }
  }
}

/** The FNV-1a hash of a function's code. */
function hashOf({ locals, code }: FunctionCode): number {
  let hash = 0x811c9dc5 ^ locals.length;
  for (const byte of code) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

const isSame = (a: FunctionCode, b: FunctionCode): boolean =>
  a === b ||
  (a.parameters === b.parameters &&
    a.code.length === b.code.length &&
    a.locals.length === b.locals.length &&
    a.locals.every((type, i) => type === b.locals[i]) &&
    a.code.every((byte, i) => byte === b.code[i]));

import { encodeModule, type FunctionCode } from "./module.ts";

/** Computes threads `first` up to `end` of a stage, on its arguments, with memory for arrays. */
export type StageFunction = (first: number, end: number, block: number, arrays: number) => void;

/** Bytes of modules that no program uses and that are kept for the next one. */
const SPARE_BYTES = 2 ** 23;

/** Functions that were compiled together, and that go together. */
interface Compiled {
  readonly bytes: number;
  readonly functions: Known[];
  /** How many programs use a function of it, each function counted by itself. */
  users: number;
}

interface Known {
  readonly hash: number;
  readonly code: FunctionCode;
  readonly run: StageFunction;
  readonly module: Compiled;
}

/** The functions of one program, which stay until it gives them back. */
export interface FunctionLease {
  /** In the order that was asked for. */
  readonly functions: readonly StageFunction[];
  end(): void;
}

/**
 * Functions by their code: what is new is compiled together, as one module. A module that no program
 * uses stays until `spareBytes` of them are kept; the one that was used longest ago goes first.
 */
export class FunctionCache {
  readonly #memory: WebAssembly.Memory;
  readonly #spareBytes: number;
  readonly #known = new Map<number, Known[]>();
  /** Modules without users; the one that was used last is last. */
  readonly #spare = new Set<Compiled>();
  #spared = 0;
  #used = 0;
  /** Functions compiled so far. */
  compiled = 0;

  constructor(memory: WebAssembly.Memory, spareBytes: number = SPARE_BYTES) {
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
    ) as Known[];
    for (const { module } of own) this.#use(module);
    let live = true;
    const end = (): void => {
      if (live) for (const { module } of own) this.#release(module);
      live = false;
    };
    return { functions: own.map(({ run }) => run), end };
  }

  #find(hash: number, code: FunctionCode): Known | undefined {
    return this.#known.get(hash)?.find((known) => isSame(known.code, code));
  }

  #compile(fresh: readonly { code: FunctionCode; hash: number }[]): void {
    const bytes = encodeModule(fresh.map(({ code }) => code));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      e: { m: this.#memory },
    });
    const module: Compiled = { bytes: bytes.length, functions: [], users: 0 };
    for (const [n, { code, hash }] of fresh.entries()) {
      const run = exports[n] as unknown as StageFunction;
      const known: Known = { hash, code, run, module };
      module.functions.push(known);
      const bucket = this.#known.get(hash);
      if (bucket === undefined) this.#known.set(hash, [known]);
      else bucket.push(known);
    }
    this.compiled += fresh.length;
    this.#used += module.bytes;
  }

  #use(module: Compiled): void {
    module.users++;
    if (!this.#spare.delete(module)) return;
    this.#spared -= module.bytes;
    this.#used += module.bytes;
  }

  #release(module: Compiled): void {
    if (--module.users > 0) return;
    this.#used -= module.bytes;
    this.#spared += module.bytes;
    this.#spare.add(module);
    for (const oldest of this.#spare) {
      if (this.#spared <= this.#spareBytes) return;
      this.#forget(oldest);
    }
  }

  #forget(module: Compiled): void {
    this.#spare.delete(module);
    this.#spared -= module.bytes;
    for (const known of module.functions) {
      const rest = (this.#known.get(known.hash) as Known[]).filter((one) => one !== known);
      if (rest.length === 0) this.#known.delete(known.hash);
      else this.#known.set(known.hash, rest);
    }
  }
}

/** FNV-1a. */
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

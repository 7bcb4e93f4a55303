import { type Tiling, tilingName } from "../../lower/contract/tilings.ts";
import type { Storage } from "./storage.ts";

/** Increase it when lowerings of products change: older timings are then ignored. */
const VERSION = 1;

/** The content of a stored table. */
interface Remembered {
  readonly version: number;
  readonly adapter: string;
  /** The tiling's name for each product. */
  readonly products: Readonly<Record<string, string>>;
}

/** The fastest tilings of products on one adapter with one driver. */
export class TuningTable {
  readonly #storage: Storage;
  readonly #adapter: string;
  readonly #name: string;
  readonly #byName: ReadonlyMap<string, Tiling>;
  readonly #tilings = new Map<string, Tiling>();

  /** `adapter` identifies the adapter and its driver; `forms` are the tilings it may contain. */
  constructor(storage: Storage, adapter: string, forms: readonly Tiling[]) {
    this.#storage = storage;
    this.#adapter = adapter;
    this.#name = `tuned-${adapter.replace(/[^a-z0-9.]+/gi, "-").toLowerCase()}`;
    this.#byName = new Map(forms.map((one) => [tilingName(one), one]));
  }

  get size(): number {
    return this.#tilings.size;
  }

  get(product: string): Tiling | undefined {
    return this.#tilings.get(product);
  }

  set(product: string, tiling: Tiling): void {
    this.#tilings.set(product, tiling);
  }

  /** Adds stored tilings of products that it does not have. */
  async load(): Promise<void> {
    const { version, adapter, products } = parsed(await this.#storage.read(this.#name));
    if (version !== VERSION || adapter !== this.#adapter) return;
    for (const [product, name] of Object.entries(products)) {
      const tiling = this.#byName.get(name);
      if (tiling !== undefined && !this.#tilings.has(product)) this.set(product, tiling);
    }
  }

  /** Stores the table, with tilings that other programs have stored meanwhile. */
  async save(): Promise<void> {
    await this.load();
    const products = [...this.#tilings]
      .map(([product, tiling]) => [product, tilingName(tiling)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const all: Remembered = {
      version: VERSION,
      adapter: this.#adapter,
      products: Object.fromEntries(products),
    };
    await this.#storage.write(this.#name, `${JSON.stringify(all, null, 2)}\n`);
  }
}

const nothing: Remembered = { version: 0, adapter: "", products: {} };

/** The table in a text; an empty one if the text is damaged. */
function parsed(text: string | null): Remembered {
  try {
    const { version, adapter, products } = JSON.parse(text ?? "{}");
    return typeof products === "object" && products !== null
      ? { version, adapter, products }
      : nothing;
  } catch {
    return nothing;
  }
}

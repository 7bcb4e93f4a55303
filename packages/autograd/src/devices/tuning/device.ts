import type { TypedArray } from "../../dtype.ts";
import {
  type AdapterClass,
  candidatesFor,
  type Extent,
  type Tiling,
  tilingName,
  tilings,
} from "../../lower/contract/tilings.ts";
import { formsFor } from "../../lower/gpu.ts";
import type { Kernel, KernelStep, Lowered, Submission } from "../device.ts";
import type { OpenOptions } from "../registry.ts";
import { type AdapterInfo, type AdapterKind, openAdapter } from "../webgpu/adapter.ts";
import { openWebGPU, WebGPUDevice } from "../webgpu/device.ts";
import type { RenderedKernel, RenderTarget } from "../webgpu/render/kernel.ts";
import { openStorage } from "./storage.ts";
import { TuningTable } from "./table.ts";
import { fastest } from "./timing.ts";

/** How many tilings are timed for a product. */
const TRIED = 4;

/** A product that is not timed yet, and a kernel that contains it. */
interface Untimed {
  readonly kernel: Kernel;
  readonly extent: Extent;
}

/**
 * A WebGPU device that uses the fastest tiling of each product on its adapter. A submit with a new
 * product waits until the product is timed, and still runs with the default tiling; plans after it
 * have the fastest.
 */
export class TunedDevice extends WebGPUDevice {
  readonly #table: TuningTable;
  /** Opens another device of the adapter, on which products are timed. */
  readonly #openBeside: () => Promise<WebGPUDevice | null>;
  #beside: Promise<WebGPUDevice | null> | null = null;
  readonly #wanted = new Map<string, Untimed>();
  readonly #outdated = new WeakSet<Lowered>();
  #timing: Promise<null> | null = null;
  #epoch = 0;

  constructor(
    gpu: GPUDevice,
    info: AdapterInfo,
    table: TuningTable,
    openBeside: () => Promise<WebGPUDevice | null>,
  ) {
    super(gpu, info, true);
    this.#table = table;
    this.#openBeside = openBeside;
  }

  get epoch(): number {
    return this.#epoch;
  }

  outdated(lowered: Lowered): boolean {
    return this.#outdated.has(lowered);
  }

  override lower(kernel: Kernel, asked?: Partial<RenderTarget>): RenderedKernel {
    const forms: string[] = [];
    let complete = true;
    const tuned = (part: Kernel, step: KernelStep, extent: Extent): Tiling | undefined => {
      const product = productName(step, extent);
      const known = this.#table.get(product);
      if (known === undefined) {
        complete = false;
        this.#wanted.set(product, { kernel: part, extent });
      }
      forms.push(known === undefined ? "not timed yet" : tilingName(known));
      return known;
    };
    const lowered = super.lower(kernel, { tuned, ...asked });
    if (forms.length === 0) return lowered;
    const noted = { ...lowered, tuning: [...new Set(forms)].join("; ") };
    if (!complete) this.#outdated.add(noted);
    return noted;
  }

  override submit(submission: Submission): Promise<TypedArray>[] {
    if (this.#wanted.size > 0) {
      const wanted = [...this.#wanted];
      this.#wanted.clear();
      const timing = this.#time(wanted, this.#timing).then(() => {
        if (this.#timing === timing) this.#timing = null;
        return null;
      });
      this.#timing = timing;
    }
    const timing = this.#timing;
    if (timing === null) return super.submit(submission);
    const { verdict = null } = submission;
    const both = timing.then(() => verdict);
    return super.submit({ ...submission, verdict: both });
  }

  /** Times products, after `before` has settled. If it fails, the default tilings are kept. */
  async #time(
    wanted: readonly (readonly [string, Untimed])[],
    before: Promise<unknown> | null,
  ): Promise<void> {
    await before;
    const table = tableOf(this.info.class);
    try {
      this.#beside ??= this.#openBeside();
      const beside = await this.#beside;
      for (const [product, { kernel, extent }] of wanted) {
        const tried = candidatesFor(table, extent, TRIED);
        const best = beside === null ? tried[0] : await fastest(beside, kernel, tried);
        this.#table.set(product, best as Tiling);
      }
      await this.#table.save();
    } catch (error) {
      console.warn(`wgrad: products were not timed (${(error as Error).message})`);
      for (const [product, { extent }] of wanted) {
        if (this.#table.get(product) !== undefined) continue;
        this.#table.set(product, candidatesFor(table, extent, 1)[0] as Tiling);
      }
    }
    this.#epoch++;
  }

  override dispose(): void {
    super.dispose();
    this.#beside?.then((device) => device?.dispose());
  }
}

/** A product's name in the table. Products of equal names are timed once. */
const productName = ({ dtype }: KernelStep, { m, n, k, batch, alongK }: Extent): string =>
  `${batch > 1 ? `${batch} × ` : ""}${m} × ${k} × ${n} ${dtype}${alongK ? ", right operand along k" : ""}`;

const tableOf = (kind: AdapterInfo["class"]): AdapterClass =>
  formsFor(kind).gpu?.tilings ?? tilings.software;

/** Opens a tuned device on the best adapter, with the table of earlier programs; null if none. */
export async function openTuned(
  kind: AdapterKind,
  options: Pick<OpenOptions, "class">,
): Promise<TunedDevice | null> {
  const opened = await openAdapter(kind);
  if (opened === null) return null;
  const { gpu } = opened;
  const info = { ...opened.info, ...options };
  const forms = tableOf(info.class).choices.flatMap((choice) => choice.tilings);
  const { vendor, architecture, device, description } = gpu.adapterInfo;
  const adapter = [vendor, architecture, device, description, info.class].join(" ");
  const table = new TuningTable(openStorage(), adapter, forms);
  await table.load();
  const count = table.size === 1 ? "1 product" : `${table.size} products`;
  const name = info.description || [info.vendor, info.architecture].filter(Boolean).join(" ");
  const told = { ...info, description: `${name}, tuned for ${count}` };
  return new TunedDevice(gpu, told, table, () => openWebGPU(kind, options));
}

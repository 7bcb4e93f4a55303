/** What `pnpm gpu` writes: one JSON of all that was asked of an adapter. */
export interface GpuRecord {
  readonly date: string;
  readonly revision: string;
  readonly quick: boolean;
  readonly adapter: {
    readonly description: string;
    readonly vendor: string;
    readonly architecture: string;
    readonly software: boolean;
    readonly class: string;
    readonly limits: Readonly<Record<string, number>>;
    readonly features: readonly string[];
  };
  /** Reference cases that were right, of those that were tried, by group. */
  readonly golden: Readonly<Record<string, { readonly right: number; readonly tried: number }>>;
  /** What the adapter reached at best: bytes copied and products added, by 10⁹, a second. */
  readonly peak: { readonly gigabytes: number; readonly gigaflops: number };
  readonly steps: readonly StepTimes[];
  readonly forms: readonly FormTimes[];
  /** PyTorch on the same card, in milliseconds; null where there is none. */
  readonly torch: Readonly<Record<string, number>> | null;
}

export interface StepTimes {
  readonly name: string;
  /** Milliseconds of a step, and of its kernels where they are stamped. */
  readonly stepMs: number;
  readonly kernelMs: number;
  /** How the kernels were timed. */
  readonly source: "timestamp" | "host";
  readonly kernels: readonly {
    readonly kernel: string;
    readonly calls: number;
    readonly ms: number;
    readonly gigabytes: number;
    readonly gigaflops: number;
    readonly threads: readonly number[];
  }[];
}

/** One product in several forms. */
export interface FormTimes {
  readonly product: string;
  /** The form that the table has for it. */
  readonly chosen: string;
  readonly forms: readonly { readonly form: string; readonly ms: number }[];
}

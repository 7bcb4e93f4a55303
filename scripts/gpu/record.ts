/** The JSON that `pnpm gpu` writes. */
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
  /** Number of reference cases that passed and that ran, for each group. */
  readonly golden: Readonly<Record<string, { readonly right: number; readonly tried: number }>>;
  /** The highest measured rates: 10⁹ bytes and 10⁹ operations per second. */
  readonly peak: { readonly gigabytes: number; readonly gigaflops: number };
  readonly steps: readonly StepTimes[];
  readonly forms: readonly FormTimes[];
  /** PyTorch's milliseconds on the same card; null if it was not measured. */
  readonly torch: Readonly<Record<string, number>> | null;
}

/** The times of a training step. */
export interface StepTimes {
  readonly name: string;
  /** Milliseconds of a step, and of its kernels if the device has timestamps. */
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
  /** The form that the tiling table chooses. */
  readonly chosen: string;
  readonly forms: readonly { readonly form: string; readonly ms: number }[];
}

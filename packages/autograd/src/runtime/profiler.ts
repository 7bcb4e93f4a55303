import type { KernelInfo } from "../compile/cost.ts";
import type { Device, Timings } from "../devices/device.ts";
import type { Plan } from "./plan.ts";

/** One run of a plan: the host's times of its submit, and the times of its kernels. */
export interface Run {
  readonly kernels: readonly KernelInfo[];
  readonly begin: number;
  end: number;
  timings: Timings | null;
}

/** Collects the runs of one device. */
export class Profiler {
  readonly runs: Run[] = [];
  private readonly device: Device;
  private readonly arriving: Promise<void>[] = [];
  private current: Run | null = null;

  constructor(device: Device) {
    this.device = device;
    device.watch = (timings) => {
      const { current } = this;
      if (current === null) return;
      const arrival = timings.then((arrived) => {
        const { spans = [] } = current.timings ?? {};
        current.timings = { ...arrived, spans: [...spans, ...arrived.spans] };
      });
      arrival.catch(() => {}); // `stop` reports the error
      this.arriving.push(arrival);
    };
  }

  /** Begins a run, just before its plan is submitted. */
  begin({ template }: Plan): void {
    this.current = { kernels: template.launched, begin: performance.now(), end: 0, timings: null };
  }

  /** Ends the run, after the submit. */
  end(): void {
    if (this.current === null) return;
    this.current.end = performance.now();
    this.runs.push(this.current);
    this.current = null;
  }

  /** Stops timing; resolves when every time has arrived. */
  async stop(): Promise<void> {
    this.device.watch = null;
    await Promise.all(this.arriving);
  }
}

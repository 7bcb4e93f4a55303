import type { Cost } from "../compile/cost.ts";
import type { Device } from "../devices/device.ts";
import { ArgumentError } from "../errors.ts";
import { currentStream } from "../graph/context.ts";
import { Profiler, type Run } from "../runtime/profiler.ts";
import type { DeviceStream } from "../runtime/stream.ts";
import { checkCall } from "../signature.ts";

/** All runs of one kernel. */
export interface KernelProfile extends Cost {
  /** The ops that it computes, in order. */
  readonly kernel: string;
  /** What it stores, as dtype and shape. */
  readonly result: string;
  readonly calls: number;
  /** The threads with work in each of its dispatches. Empty if the device has no threads. */
  readonly threads: readonly number[];
  readonly totalMs: number;
  /** Bytes read and written per second, in 10⁹. */
  readonly gigabytesPerSecond: number;
  /** Scalar operations per second, in 10⁹. */
  readonly gigaflopsPerSecond: number;
}

/** An event of Chrome's trace format. Times are in microseconds. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: "X" | "M";
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly args: Readonly<Record<string, string | number>>;
}

/** The times of a program's kernels. */
export class Profile<T = unknown> {
  /** The result of the profiled function. */
  readonly value: T;
  /** Whether the device measured the times, or the host with one kernel per submit. */
  readonly source: "timestamp" | "host";
  /** The kernels, the slowest first. */
  readonly kernels: readonly KernelProfile[];
  /** Milliseconds of all kernels together, and of the whole call. */
  readonly kernelMs: number;
  readonly wallMs: number;
  private readonly runs: readonly Run[];

  constructor(value: T, runs: readonly Run[], wallMs: number) {
    this.value = value;
    this.runs = runs;
    this.wallMs = wallMs;
    this.source = runs.find(({ timings }) => timings !== null)?.timings?.source ?? "host";
    this.kernels = summed(runs);
    this.kernelMs = this.kernels.reduce((sum, { totalMs }) => sum + totalMs, 0);
  }

  /**
   * The kernels as text, at most `rows` of them: name, result, calls, milliseconds, share, GB/s,
   * GFLOP/s.
   */
  table(options: { readonly rows?: number } = {}): string {
    checkCall("profile.table({ rows: number })", arguments);
    const { rows = 20 } = options;
    const head = ["kernel", "result", "calls", "ms", "%", "GB/s", "GFLOP/s"];
    const body = this.kernels
      .slice(0, rows)
      .map((one) => [
        short(one.kernel, 48),
        short(one.result, 32),
        String(one.calls),
        one.totalMs.toFixed(3),
        ((100 * one.totalMs) / (this.kernelMs || 1)).toFixed(1),
        one.gigabytesPerSecond.toFixed(2),
        one.gigaflopsPerSecond.toFixed(2),
      ]);
    const widths = head.map((_, c) =>
      Math.max(...[head, ...body].map((row) => (row[c] as string).length)),
    );
    const line = (row: readonly string[]): string =>
      row
        .map((cell, c) =>
          c < 2 ? cell.padEnd(widths[c] as number) : cell.padStart(widths[c] as number),
        )
        .join("  ")
        .trimEnd();
    const rest = this.kernels.length - body.length;
    const how =
      this.source === "timestamp"
        ? "measured by the device"
        : "measured by the host, one kernel per submit";
    return [
      line(head),
      ...body.map(line),
      ...(rest > 0 ? [`and ${rest} more`] : []),
      `${this.kernelMs.toFixed(3)} ms in kernels (${how}), ${this.wallMs.toFixed(3)} ms in total`,
    ].join("\n");
  }

  /**
   * The runs for chrome://tracing or Perfetto, with submits on one track and kernels on another.
   */
  chromeTrace(): { readonly traceEvents: readonly TraceEvent[] } {
    if (arguments.length > 0) checkCall("profile.chromeTrace()", arguments);
    const [host, device] = [1, 2];
    const track = (tid: number, name: string): TraceEvent => ({
      name: "thread_name",
      ph: "M",
      pid: 1,
      tid,
      ts: 0,
      args: { name },
    });
    const events = [
      track(host, "host: submits"),
      track(device, `device: kernels (${this.source})`),
    ];
    const start = this.runs[0]?.begin ?? 0;
    let free = start;
    this.runs.forEach(({ kernels, begin, end, timings }, i) => {
      const at = { pid: 1, ph: "X" } as const;
      const ts = (begin - start) * 1000;
      events.push({
        ...at,
        name: `submit ${i}`,
        tid: host,
        ts,
        dur: (end - begin) * 1000,
        args: { kernels: kernels.length },
      });
      const first = timings?.spans[0]?.[0] ?? 0;
      // The device's clock has its own zero: a run starts at its submit, or at the end of the
      // previous run.
      const shift = Math.max(begin, free) - first;
      timings?.spans.forEach(([from, to], k) => {
        const { name, result, bytesRead, bytesWritten, flops } = kernels[
          k
        ] as Run["kernels"][number];
        free = to + shift;
        events.push({
          ...at,
          name,
          tid: device,
          ts: Math.max(0, from + shift - start) * 1000, // Differences below 0 become 0.
          dur: (to - from) * 1000,
          args: { result, bytesRead, bytesWritten, flops },
        });
      });
    });
    return { traceEvents: events };
  }

  toString(): string {
    return this.table();
  }
}

const short = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;

function summed(runs: readonly Run[]): KernelProfile[] {
  const sums = new Map<string, { -readonly [K in keyof KernelProfile]: KernelProfile[K] }>();
  for (const { kernels, timings } of runs) {
    kernels.forEach(({ name, result, threads, bytesRead, bytesWritten, flops }, k) => {
      const [begin, end] = timings?.spans[k] ?? [0, 0];
      const key = `${name} → ${result}`;
      const zero = { calls: 0, totalMs: 0, bytesRead: 0, bytesWritten: 0, flops: 0 };
      const rates = { gigabytesPerSecond: 0, gigaflopsPerSecond: 0 };
      const sum = sums.get(key) ?? { kernel: name, result, threads, ...zero, ...rates };
      sums.set(key, sum);
      sum.calls++;
      sum.totalMs += end - begin;
      sum.bytesRead += bytesRead;
      sum.bytesWritten += bytesWritten;
      sum.flops += flops;
    });
  }
  for (const sum of sums.values()) {
    if (sum.totalMs === 0) continue;
    sum.gigabytesPerSecond = (sum.bytesRead + sum.bytesWritten) / sum.totalMs / 1e6;
    sum.gigaflopsPerSecond = sum.flops / sum.totalMs / 1e6;
  }
  return [...sums.values()].sort((a, b) => b.totalMs - a.totalMs);
}

/** Devices that are being profiled. */
const profiled = new WeakSet<Device>();

/**
 * Runs `run` and measures every kernel on the current device. Returns a table (`console.log(await
 * profile(…))`) and a Chrome trace. Unread results of `run` are computed too. Kernels run one by
 * one,
 * which is slower than usual. Run a few steps before, so that no compilation is measured. Throws an
 * ArgumentError inside another profile.
 */
export async function profile<T>(run: () => T | Promise<T>): Promise<Profile<T>> {
  checkCall("profile(run: function)", arguments);
  const stream = currentStream() as DeviceStream;
  const { backend } = stream;
  if (profiled.has(backend)) {
    throw new ArgumentError(
      "profile: this device is already being profiled\n  hint: call profile once, around everything to be measured",
    );
  }
  profiled.add(backend);
  try {
    stream.flush([]);
    await stream.arrived();
    await backend.prepareWatch?.();
    return await timed(stream, run);
  } finally {
    profiled.delete(backend);
  }
}

async function timed<T>(stream: DeviceStream, run: () => T | Promise<T>): Promise<Profile<T>> {
  const profiler = new Profiler(stream.backend);
  stream.profiler = profiler;
  const begin = performance.now();
  try {
    const value = await run();
    stream.flush([]);
    await stream.arrived();
    const wallMs = performance.now() - begin;
    await profiler.stop();
    return new Profile(value, profiler.runs, wallMs);
  } finally {
    stream.profiler = null;
    await profiler.stop();
  }
}

import type { FormTimes, GpuRecord, StepTimes } from "./record.ts";

/** The record as a page of the docs. */
export function pageOf(record: GpuRecord): string {
  const { adapter, golden, peak, steps, forms, torch, date, revision, quick } = record;
  const kind = adapter.software ? "software: no card has run it yet" : adapter.class;
  return `# On a graphics card

[Benchmarks](benchmarks.md) compare libraries. \`pnpm gpu --page docs/gpu.md\` tests an adapter in
one command of a few minutes in Node and writes this page; \`--quick\` runs a sample.

A program takes the forms of products that the class of its adapter should be fastest in. \`init({ device: "webgpu", tune: true })\` times a few
of each product instead when it is first met, and remembers the fastest by adapter and driver.

Revision ${revision}, ${date}${quick ? ", quick" : ""}: **${adapter.description}** (${kind}).

- Features: ${adapter.features.join(", ") || "none"}.
- ${Object.entries(adapter.limits)
    .map(([name, value]) => `${name} ${value.toLocaleString("en")}`)
    .join(", ")}.
- Reference cases: ${Object.entries(golden)
    .map(([group, { right, tried }]) => `${group} ${right} of ${tried} right`)
    .join(", ")}.
- Highest rates: ${peak.gigabytes.toFixed(1)} GB/s by a sum of long vectors, ${peak.gigaflops.toFixed(1)} GFLOP/s by a product.

## Training steps

${table(
  ["step", "ms", "ms in kernels", "PyTorch, ms"],
  steps.map(({ name, stepMs, kernelMs }) => [
    name,
    stepMs.toFixed(2),
    kernelMs.toFixed(2),
    torch?.[name]?.toFixed(2) ?? "–",
  ]),
)}

${steps.map((step) => kernelsOf(step, peak)).join("\n\n")}

## Forms of products

The form that the table chooses, and the fastest form. If they differ much, the table should be changed.

${table(
  ["m × k × n", "chosen", "ms", "fastest", "ms"],
  forms.map((one) => [one.product, one.chosen, msOf(one), ...fastest(one)]),
)}
`;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

function kernelsOf({ name, kernels, source }: StepTimes, peak: GpuRecord["peak"]): string {
  const share = (value: number, most: number): string =>
    most > 0 ? `${value.toFixed(1)} (${Math.round((100 * value) / most)} %)` : value.toFixed(1);
  const rows = kernels.map((one) => [
    one.kernel.length > 60 ? `${one.kernel.slice(0, 59)}…` : one.kernel,
    String(one.calls),
    one.threads.join(" + "),
    one.ms.toFixed(3),
    share(one.gigabytes, peak.gigabytes),
    share(one.gigaflops, peak.gigaflops),
  ]);
  const how = source === "timestamp" ? "measured by the device" : "measured by the host";
  return `### ${name}, ${how}

${table(["kernel", "calls", "threads", "ms", "GB/s (of the best)", "GFLOP/s (of the best)"], rows)}`;
}

const msOf = ({ chosen, forms }: FormTimes): string =>
  forms.find(({ form }) => form === chosen)?.ms.toFixed(3) ?? "–";

function fastest({ forms }: FormTimes): readonly [string, string] {
  const [first] = forms;
  return [first?.form ?? "–", first?.ms.toFixed(3) ?? "–"];
}

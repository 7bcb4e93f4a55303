import { toRecord } from "./call.ts";
import { runClassic } from "./classic/run.ts";
import { compare, compareDType, type Difference, toleranceOf } from "./compare.ts";
import { runInit } from "./groups/init.ts";
import { runMetrics } from "./groups/metrics.ts";
import { runModules } from "./groups/modules.ts";
import { runOps } from "./groups/ops.ts";
import { runOptim } from "./groups/optim.ts";
import { runPrinted } from "./groups/printed.ts";
import { runPromotion } from "./groups/promotion.ts";
import { runSeeded } from "./groups/seeded.ts";
import { runSeeds } from "./groups/seeds.ts";
import { runTrajectories } from "./groups/trajectories.ts";
import { type Case, type Group, subject } from "./load.ts";
import { Unmapped } from "./names.ts";
import { runProgram } from "./program.ts";

/** A device that cases run on. */
export type DeviceKind = "cpu" | "wasm" | "webgpu";
/** The status of a case. */
export type Status = "passed" | "failed" | "skipped" | "unmapped";

/** The outcome of a case. */
export interface Outcome {
  readonly group: string;
  readonly category: string;
  readonly id: string;
  readonly device: DeviceKind;
  readonly status: Status;
  /** Why it did not pass. */
  readonly reason: string;
  /** The result or error, if PyTorch gives nothing to compare with. */
  readonly note?: string;
}

/** The input of a runner: the case, its tensors, and functions that receive results. */
export interface Run {
  readonly item: Case;
  readonly group: Group;
  readonly device: DeviceKind;
  /** Compares a result with the stored tensor `name`. */
  check(name: string, result: unknown): Promise<void>;
  /** Reports any other difference. */
  fault(reason: string): void;
  /** Stores a result or error that cannot be compared. */
  note(text: string): void;
}

type Runner = (run: Run) => Promise<void>;

const runners: Readonly<Record<string, Runner>> = {
  ops: runOps,
  ops2: runOps,
  dtypes2: runOps,
  bydtype: runOps,
  modules: runModules,
  modules2: runModules,
  mutated: runModules,
  losses: runModules,
  optim: runOptim,
  optim2: runOptim,
  trajectories: runTrajectories,
  seeded: runSeeded,
  draws: runSeeded,
  seeds: runSeeds,
  init: runInit,
  metrics: runMetrics,
  metrics2: runMetrics,
  printed: runPrinted,
  promotion: runPromotion,
  views: runProgram,
  empty: runProgram,
  distributions: runProgram,
  func: runProgram,
};

async function withoutRunner({ group }: Run): Promise<void> {
  throw new Unmapped(`no runner for group ${group.name}`);
}

/** Runners that read folders are loaded on demand. */
const runPretrained: Runner = async (run) =>
  (await import("./pretrained/run.ts")).runPretrained(run);

const runOnnx: Runner = async (run) => (await import("./onnx/run.ts")).runOnnx(run);

function runnerOf({ name }: Group): Runner {
  if (name.startsWith("classic/")) return runClassic;
  if (name.startsWith("models/")) return runPretrained;
  if (name === "onnx") return runOnnx;
  return runners[name.replace(/-added$/, "")] ?? withoutRunner;
}

/** Skipped cases, by `group/id`, or on one device by `device group/id`, with the reason. */
const skips: Readonly<Record<string, string>> = {
  "webgpu views/query.casts": "f16 needs the feature shader-f16, which not every adapter has",
  "views-added/random.p12":
    "retainGrad twice with a write in between: PyTorch ignores the second call, and the gradient stays unset",
  "views-added/random.p61":
    "a value whose leaf was overwritten before it was computed is refused (ExpiredError), by design",
  "ops2/put_": "put_ takes an index here; PyTorch's flat indices are not supported",
  "ops2/ldexp.2x1x3_2x1": "PyTorch's gradient takes 2⁻¹ of an integer as 0",
  "bydtype/linalg.matrix_exp of f16":
    "PyTorch overflows in f16 on the way; here the intermediate values are f32",
  "bydtype/addr of bool": "matrix products do not accept bools here",
  "bydtype/addr_ of bool": "matrix products do not accept bools here",
  "bydtype/float_power_ of f16": "the result is f64 in PyTorch and f32 here",
  "bydtype/float_power_ of f32": "the result is f64 in PyTorch and f32 here",
  "bydtype/F.interpolate.bilinear of u8":
    "PyTorch interpolates u8 in fixed point, which is refused here",
  "bydtype/F.interpolate.bicubic of u8":
    "PyTorch interpolates u8 in fixed point, which is refused here",
  "bydtype/F.interpolate.antialias of u8":
    "PyTorch interpolates u8 in fixed point, which is refused here",
  "bydtype/F.local_response_norm of i32":
    "PyTorch supports int64 only, with truncated means, which is refused here",
};

/** Runs one case on the current device. Any error becomes the outcome of the case. */
export async function runCase(group: Group, item: Case, device: DeviceKind): Promise<Outcome> {
  let note: string | undefined;
  const outcome = (status: Status, reason = ""): Outcome => ({
    group: group.name,
    category: item.category,
    id: item.id,
    device,
    status,
    reason,
    ...(note !== undefined && { note }),
  });
  const key = `${group.name}/${item.id}`;
  const skip = skips[key] ?? skips[`${device} ${key}`];
  if (skip !== undefined) return outcome("skipped", skip);
  const runner = runnerOf(group);
  const differences: Difference[] = [];
  try {
    await runner({
      item,
      group,
      device,
      async check(name, result) {
        const got = await toRecord(result);
        const reference = group.tensor(item.id, name);
        const tolerance = toleranceOf(item, name, device);
        const difference =
          compare(name, got, reference, tolerance, item.compare?.[name]) ??
          compareDType(item, name, got.dtype, reference.dtype);
        if (difference !== null) differences.push(difference);
      },
      fault: (reason) => differences.push({ reason }),
      note(text) {
        note = text;
      },
    });
  } catch (error) {
    if (error instanceof Unmapped) return outcome("unmapped", error.message);
    return outcome(
      "failed",
      `${subject(item)} threw ${(error as Error).name}: ${firstLine(error)}`,
    );
  }
  if (differences.length === 0) return outcome("passed");
  return outcome("failed", differences.map(({ reason }) => reason).join("; "));
}

const firstLine = (error: unknown): string => (error as Error).message.split("\n")[0] as string;

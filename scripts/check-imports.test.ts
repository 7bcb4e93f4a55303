import { expect, test } from "vitest";
import { checkDeviceNames, checkImports, checkPageThread, checkSizes } from "./check-imports.ts";

const names = new Set(["@wgrad/autograd", "@wgrad/autograd/plugin"]);
const check = (files: Record<string, string>) =>
  checkImports(new Map(Object.entries(files)), names);
const core = (files: Record<string, string>) =>
  check(
    Object.fromEntries(
      Object.entries(files).map(([file, text]) => [`packages/autograd/src/${file}`, text]),
    ),
  );

test("imports along the arrow pass", () => {
  const problems = core({
    "index.ts": 'export { add } from "./ops/math/add.ts";',
    "ops/math/add.ts": 'import { record } from "../../tape/record.ts"; import "../core/define.ts";',
    "ops/core/define.ts": 'import "../../errors.ts";',
    "tape/record.ts": 'import { Node } from "../graph/node.ts";',
    "devices/registry.ts": 'await import("./cpu/device.ts");',
    "testing/index.ts": 'import "../tensor.ts"; import "../devices/cpu/device.ts";',
  });
  expect(problems).toEqual([]);
});

test("an import against the arrow is found, a type-only import is allowed", () => {
  expect(
    core({
      "graph/node.ts": 'import { flush } from "../runtime/flush.ts";',
      "tape/record.ts": 'import type { Tensor } from "../tensor.ts";',
      "kernel/expression.ts": 'const late = () => import("../ops/math/add.ts");',
    }),
  ).toEqual([
    "packages/autograd/src/graph/node.ts: imports packages/autograd/src/runtime/flush.ts: against the arrow, runtime/ is above graph/",
    "packages/autograd/src/kernel/expression.ts: imports packages/autograd/src/ops/math/add.ts: against the arrow, ops/core/ ops/math/ ops/shape/ ops/indexing/ is above kernel/",
  ]);
});

test("a file outside the arrow is found", () => {
  expect(core({ "utils.ts": 'import "./errors.ts";' })).toEqual([
    "packages/autograd/src/utils.ts: imports packages/autograd/src/errors.ts: utils.ts has no line in the arrow (scripts/check-imports.ts)",
  ]);
});

test("only the registry, the Node entry point and lowerings of single ops import a device, and nothing imports testing", () => {
  expect(
    core({
      "ops/math/add.ts":
        'import "../../devices/cpu/device.ts"; import "../../testing/gradcheck.ts";',
      "node.ts": 'export * from "./devices/node/dawn.ts";',
    }),
  ).toEqual([
    "packages/autograd/src/ops/math/add.ts: imports packages/autograd/src/devices/cpu/device.ts: only devices/registry.ts, devices/tuning/device.ts, devices/wasm/device.ts, node.ts, ops/nn/attention/lowerings.ts, ops/core/custom-lowering.ts import devices/cpu/",
    "packages/autograd/src/ops/math/add.ts: imports packages/autograd/src/testing/gradcheck.ts: nothing imports testing/",
  ]);
});

test("a circular import is found with its path, in any package", () => {
  expect(
    check({
      "packages/nn/src/a.ts": 'import "./b.ts";',
      "packages/nn/src/b.ts": 'import "./c.ts";',
      "packages/nn/src/c.ts": 'export * from "./a.ts";',
    }),
  ).toEqual([
    "circle: packages/nn/src/a.ts → packages/nn/src/b.ts → packages/nn/src/c.ts → packages/nn/src/a.ts",
  ]);
});

test("no file of a package imports its index.ts, but tests may", () => {
  expect(
    check({
      "packages/nn/src/linear.ts": 'import type { Module } from "./index.ts";',
      "packages/nn/test/linear.test.ts": 'import { Linear } from "../src/index.ts";',
    }),
  ).toEqual(["packages/nn/src/linear.ts: imports index.ts; import the file that has the name"]);
});

test("packages import each other by public names only", () => {
  expect(
    check({
      "packages/nn/src/linear.ts":
        'import "@wgrad/autograd"; import "@wgrad/autograd/plugin"; import "@wgrad/nn";',
      "packages/optim/src/sgd.ts": 'import "@wgrad/autograd/src/tensor.ts";',
      "packages/optim/test/sgd.test.ts": 'import "../../autograd/src/tensor.ts";',
    }),
  ).toEqual([
    'packages/nn/src/linear.ts: imports its own package as "@wgrad/nn"',
    'packages/optim/src/sgd.ts: "@wgrad/autograd/src/tensor.ts" is not a public name',
    "packages/optim/test/sgd.test.ts: reaches into packages/autograd/src/tensor.ts; use the package's public name",
  ]);
});

test("tensors on the thread of a page are found wherever they are imported, those of its worker are allowed", () => {
  const files = {
    "app/main.ts": 'import "./charts.ts"; const page = () => import("./page.ts");',
    "app/charts.ts":
      'import type { Tensor } from "@wgrad/autograd"; import text from "./lesson.ts?raw";',
    "app/page.ts":
      'import { names } from "./names.ts"; import "@wgrad/worker"; new Worker(new URL("./lesson.ts", import.meta.url));',
    "app/names.ts": 'export { init } from "@wgrad/autograd";',
    "app/lesson.ts": 'import { Linear } from "@wgrad/nn";',
    "packages/worker/src/index.ts": 'export { connect } from "./page/connect.ts";',
    "packages/worker/src/page/connect.ts": 'import "@wgrad/autograd/saving";',
  };
  expect(checkPageThread(new Map(Object.entries(files)), "app/main.ts")).toEqual([
    'app/names.ts: imports "@wgrad/autograd" on the page\'s thread; only its worker may',
    'packages/worker/src/page/connect.ts: imports "@wgrad/autograd/saving" on the page\'s thread; only its worker may',
  ]);
});

test("a long file is found, but not a list of names or a test", () => {
  const lines = (count: number): string => "export {};\n".repeat(count);
  const sources = {
    "packages/nn/src/module.ts": lines(401),
    "packages/nn/src/index.ts": lines(900),
    "packages/nn/test/module.test.ts": lines(900),
    "packages/autograd/src/tensor.ts": lines(900),
    "packages/optim/src/adam.ts": lines(400),
  };
  expect(checkSizes(new Map(Object.entries(sources)))).toEqual([
    "packages/nn/src/module.ts: 401 lines; more than 400 means two concepts",
  ]);
});

test("device names in the core are found, except in the registry and in init", () => {
  const sources = {
    "packages/autograd/src/compile/fuse.ts": 'const slow = device === "wasm";',
    "packages/autograd/src/devices/registry.ts": 'export type DeviceName = "cpu";',
    "packages/autograd/src/runtime/init.ts": 'init({ device: "webgpu" });',
    "packages/nn/src/module.ts": 'const here = "cpu";',
  };
  expect(checkDeviceNames(new Map(Object.entries(sources)))).toEqual([
    'packages/autograd/src/compile/fuse.ts: names the device "wasm"; ask for its capabilities',
  ]);
});

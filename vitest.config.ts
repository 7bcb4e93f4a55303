import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { breakingServer } from "./scripts/breaking-server.ts";
import { findChromium, softwareWebGPU } from "./scripts/chromium.ts";
import { LongestFirst } from "./scripts/longest-first.ts";

const tests = ["packages/*/test/**/*.test.ts"];
const conditions = ["@wgrad/source"];
const nodeConditions = [...conditions, "module", "node", "development|production"];
const browserConditions = [...conditions, "module", "browser", "development|production"];
const full = process.env.WGRAD_TIER === "full";
const provide = { tier: full ? "full" : "quick" } as const;

/**
 * The full tier runs these one by one, when all else is done: they measure memory and the page's
 * thread, train to the end, or build all packages.
 */
const measuring = full
  ? [
      "apps/demos/test/web/**/*.test.ts",
      "apps/docs/test/site.test.ts",
      "packages/{datasets,models}/test/memory.node.test.ts",
      "scripts/release.test.ts",
    ]
  : [];

/** The quick tier leaves these to Node, where they run on WebGPU too; the full tier runs them in Chromium as well. */
const nodeAlone = full
  ? []
  : [
      "packages/autograd/test/fuzz/**",
      "packages/autograd/test/devices/{contract-tilings,attention-tilings,hazards,webgpu,webgpu-lines}.test.ts",
      "packages/autograd/test/func/transforms.test.ts",
      "packages/autograd/test/ops/{attention,binary,choosing,contraction,convolution,einsum,elementwise,fft,further,indices,integers,linalg,losses,movement,normalization,reduction,special,windows}.test.ts",
      "packages/autograd/test/runtime/{bindings,class,deep,pages,passes,plan-cache}.test.ts",
      "packages/{classic,distributions,metrics}/test/**",
      "packages/datasets/test/images/**",
      "packages/datasets/test/sources/parquet-damaged.test.ts",
      "packages/models/test/{generation,quantize}.test.ts",
      "packages/nn/test/{losses,recurrent,refused-values,transforms}.test.ts",
      "packages/train/test/{fit,resume}.test.ts",
      "packages/worker/test/training.test.ts",
      "packages/optim/test/{clipped,dropped,lbfgs,optimizer}.test.ts",
    ];

/** The full tier is at all its tests' long forms at once. */
const testTimeout = full ? 120_000 : 20_000;

const { executablePath, env: browserEnv } = findChromium();
const args = ["--no-sandbox", ...softwareWebGPU];

const setupFiles = ["scripts/tensors-equal.ts"];

const node = {
  resolve: { conditions },
  ssr: { resolve: { conditions: nodeConditions } },
};
const nodeTests = {
  setupFiles,
  provide,
  testTimeout,
  pool: "forks",
  // tests of pages and of other processes wait much: two processors have work for three
  maxWorkers: 3,
  isolate: false,
  execArgv: ["--expose-gc"],
} satisfies TestProjectInlineConfiguration["test"];

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    reporters: ["default", ["json", { outputFile: ".reports/tests.json" }]],
    projects: [
      {
        ...node,
        test: {
          ...nodeTests,
          name: "node",
          sequence: { groupOrder: 0 },
          include: [...tests, "apps/*/test/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: ["**/*.browser.test.ts", ...measuring],
        },
      },
      ...(full
        ? [
            {
              ...node,
              test: {
                ...nodeTests,
                name: "measuring",
                include: measuring,
                sequence: { groupOrder: 1 },
                maxWorkers: 1,
              },
            },
          ]
        : []),
      {
        resolve: { conditions: browserConditions },
        plugins: [breakingServer()],
        test: {
          name: "browser",
          // beside Node's tests, in one page: they leave a processor idle where they wait
          sequence: { groupOrder: 0 },
          maxWorkers: nodeTests.maxWorkers,
          include: [...tests, "scripts/golden/*.test.ts"],
          exclude: ["**/*.node.test.ts", ...nodeAlone],
          setupFiles,
          provide,
          testTimeout,
          browser: {
            enabled: true,
            isolate: false,
            fileParallelism: false,
            headless: true,
            screenshotFailures: false,
            instances: [{ browser: "chromium" }],
            provider: playwright({ launchOptions: { executablePath, env: browserEnv, args } }),
          },
        },
      },
    ],
  },
});

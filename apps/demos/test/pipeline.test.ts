import { spawn } from "node:child_process";
import { connect } from "node:net";
import { join } from "node:path";
import { init, manualSeed, tensor } from "@wgrad/autograd";
import {
  HistGradientBoostingRegressor,
  type Predictor as Model,
  makePipeline,
} from "@wgrad/classic";
import { loadSacramento } from "@wgrad/datasets/data";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { loadPredictor, savePredictor } from "../src/pipeline/bundle.ts";
import { driftReport } from "../src/pipeline/drift.ts";
import { preprocessing } from "../src/pipeline/houses.ts";
import { NetworkRegressor } from "../src/pipeline/network.ts";
import { Predictor } from "../src/pipeline/predictor.ts";
import { housesIn, MOST_HOUSES, RequestError } from "../src/pipeline/request.ts";
import { type Serving, serve } from "../src/pipeline/server.ts";
import { checkPort, stayOpen } from "../src/pipeline/stay-open.ts";
import { askPrices, badRequests, sample, visit } from "../src/pipeline/visit.ts";
import { temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const settings = { hidden: 4, lr: 0.05, weightDecay: 0, epochs: 1, batchSize: 256 };
let predictor: Predictor;
let server: Serving;

beforeAll(async () => {
  await init({ device: "cpu" });
  manualSeed(0);
  predictor = await learned(new NetworkRegressor(settings));
  server = await serve(predictor, { maxWaiting: 20 });
});
afterAll(() => server.close());

/** A model that has learned from all houses. */
async function learned(model: Model): Promise<Predictor> {
  const { table } = await loadSacramento();
  return new Predictor(
    await makePipeline(preprocessing(), model).fit(table, table.numbers("price")),
  );
}

/** A visitor in another process: so many requests at once, good and bad in turn; gives how often each answer came. */
async function burst(url: string, requests: number): Promise<Record<string, number>> {
  const program = `
    const [url, count] = process.argv.slice(1);
    const good = JSON.stringify({ houses: [${JSON.stringify(sample)}] });
    const bodies = [good, "{", '{"houses":7}', "x".repeat(50000)];
    const answers = {};
    await Promise.all(Array.from({ length: Number(count) }, async (_, i) => {
      const sent = { method: "POST", headers: { "content-type": "application/json" }, body: bodies[i % 4] };
      const answer = await fetch(url + "/predict", sent).then((r) => r.text().then(() => r.status), () => "none");
      answers[answer] = (answers[answer] ?? 0) + 1;
    }));
    console.log(JSON.stringify(answers));`;
  const visitor = spawn(process.execPath, [
    ...["--input-type=module", "-e", program, url, String(requests)],
  ]);
  let [said, wrong] = ["", ""];
  visitor.stdout.on("data", (text) => (said += text));
  visitor.stderr.on("data", (text) => (wrong += text));
  await new Promise((resolve) => visitor.on("close", resolve));
  if (said === "") throw new Error(wrong);
  return JSON.parse(said);
}

describe("the server", () => {
  test.each(badRequests)("refuses $what with $status and goes on", async (request) => {
    const { status, error } = await visit(server.url, request);
    expect(status).toBe(request.status);
    expect(error).not.toBe("");
    expect(await askPrices(server.url, [sample])).toHaveLength(1);
  });

  test("gives the predictor's own prices, whatever stands beside a house", async () => {
    const houses = [sample, { ...sample, sqft: 3000 }, { ...sample, type: "Condo" }];
    const expected = (await predictor.predict(houses)).map(Math.round);
    expect(await askPrices(server.url, houses)).toEqual(expected);
    expect(await askPrices(server.url, houses.slice(1, 2))).toEqual(expected.slice(1, 2));
    expect(new Set(expected).size).toBe(3);
  });

  test("stays up under a burst of good and bad requests from another process", async () => {
    const answers = await burst(server.url, 200);
    const { 200: good = 0, 503: busy = 0, 400: half = 0, 422: wrong = 0, 413: long = 0 } = answers;
    expect(good).toBeGreaterThan(0);
    expect(good + busy).toBe(50);
    expect([half, wrong, long]).toEqual([50, 50, 50]);
    const health = await (await fetch(`${server.url}/health`)).json();
    expect(health).toMatchObject({ status: "ok", waiting: 0 });
    expect(await askPrices(server.url, [sample])).toHaveLength(1);
  }, 30_000);

  test("outlives one who sends no HTTP, and one who leaves in the middle", async () => {
    const { port } = new URL(server.url);
    for (const text of [
      "nonsense\r\n\r\n",
      "POST /predict HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{",
    ]) {
      const socket = connect(Number(port), "127.0.0.1", () => {
        socket.write(text);
        setTimeout(() => socket.destroy(), 50);
      });
      socket.on("error", () => {});
      await new Promise((resolve) => socket.on("close", resolve));
    }
    expect(await askPrices(server.url, [sample])).toHaveLength(1);
  });

  test("says so if its port is taken", async () => {
    const port = Number(new URL(server.url).port);
    await expect(serve(predictor, { port })).rejects.toThrow("EADDRINUSE");
  });
});

describe("a request", () => {
  const body = (house: object): string => JSON.stringify({ houses: [house] });

  test("may hold as many houses as it may, and no more", () => {
    const houses = (count: number): string =>
      JSON.stringify({ houses: Array.from({ length: count }, () => sample) });
    expect(housesIn(houses(MOST_HOUSES))).toHaveLength(MOST_HOUSES);
    expect(() => housesIn(houses(MOST_HOUSES + 1))).toThrow("65 houses; there may be 1 to 64");
  });

  test.each([
    [{ ...sample, beds: Number.NaN }, "houses[0].beds is null; it is a number from 0 to 20"],
    [{ ...sample, baths: [2] }, "houses[0].baths is [2]; it is a number from 0 to 20"],
    [{ ...sample, latitude: -38.5 }, "houses[0].latitude is -38.5; it is a number from 38 to 39.5"],
    [{ ...sample, type: null }, "houses[0].type is none of Residential, Condo, Multi_Family"],
    [{ ...sample, __proto__: { x: 1 }, x: 1 }, 'houses[0] has "x"; it takes beds, baths'],
    [[1], "houses[0] is no object"],
  ])("%j is refused", (house, message) => {
    expect(() => housesIn(body(house))).toThrow(RequestError);
    expect(() => housesIn(body(house))).toThrow(message);
  });
});

test.each([
  ["network", () => new NetworkRegressor(settings)],
  ["boosting", () => new HistGradientBoostingRegressor({ maxIter: 5 })],
] as const)("a predictor is one file, and gives the same prices from it: %s", async (_, model) => {
  const path = join(folder, "model.safetensors");
  const saved = await learned(model());
  await savePredictor(saved, path);
  const loaded = await loadPredictor(path);
  const { table } = await loadSacramento();
  expect(await loaded.prices(table)).toEqual(await saved.prices(table));
  expect(loaded.pipeline.getParams()).toEqual(saved.pipeline.getParams());
});

test("a network that has learned nothing says so, and its file is one of such a network", async () => {
  const network = new NetworkRegressor(settings);
  const again = NetworkRegressor.fromState(await network.toState());
  expect(again.getParams()).toEqual(settings);
  await expect(again.predict(tensor([[1]]))).rejects.toThrow("NetworkRegressor: not fitted yet");
});

test("--serve finds out before the lesson that its port is taken, and stays open until it is told to stop", async () => {
  const taken = Number(new URL(server.url).port);
  await expect(checkPort(taken)).rejects.toThrow(
    `--serve ${taken}: another program listens there; 0 takes a port that is free`,
  );
  const path = join(folder, "served.safetensors");
  await savePredictor(predictor, path);
  const said: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line) => void said.push(line));
  try {
    await checkPort(0);
    const open = stayOpen(path, 0);
    const url = await vi.waitFor(() => {
      const found = /on (http:\S+) until/.exec(said.join("\n"))?.[1];
      if (found === undefined) throw new Error("not open yet");
      return found;
    });
    expect(await askPrices(url, [sample])).toEqual(await askPrices(server.url, [sample]));
    const stop = process.listeners("SIGINT").at(-1) as () => void;
    stop();
    await open;
    await expect(fetch(`${url}/health`)).rejects.toThrow();
    expect(said.at(-1)).toBe("stopped");
    expect(process.listeners("SIGINT")).not.toContain(stop);
  } finally {
    log.mockRestore();
  }
});

test("drift is seen where there is some, and not where there is none", async () => {
  const { table } = await loadSacramento();
  const rows = Array.from({ length: table.length }, (_, i) => i);
  const sizes = table.numbers("sqft");
  const even = await driftReport(
    table.take(rows.filter((i) => i % 2 === 0)),
    table.take(rows.filter((i) => i % 2 === 1)),
  );
  expect(even.map(({ verdict }) => verdict)).not.toContain("drifted");
  const large = await driftReport(
    table,
    table.take(rows.filter((i) => (sizes[i] as number) > 2000)),
  );
  expect(large.find(({ column }) => column === "sqft")?.verdict).toBe("drifted");
});

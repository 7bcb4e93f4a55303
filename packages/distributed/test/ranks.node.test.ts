import { beforeAll, describe, expect, inject, test } from "vitest";
import { bundle } from "./bundled.ts";
import { type AllReports, checkReports, checks, keyOf, reportsFromThreads } from "./reports.ts";

const full = inject("tier") === "full";
const devices = ["cpu", "wasm"];
const sizes = [1, 2, 3];
const names = full
  ? Object.keys(checks)
  : [
      "adam alone",
      "adam",
      "small buckets, clipped",
      "uneven",
      "unused",
      "split over ranks",
      "batch norm over ranks",
      "fit",
    ];

let all: AllReports;
let again: AllReports;
beforeAll(async () => {
  const program = (await bundle())("ranks");
  all = await reportsFromThreads(program, [devices.join(), sizes.join(), names.join(";")]);
  again = await reportsFromThreads(program, [devices.join(), "3", "adam"]);
}, 120_000);

describe.each(devices)("ranks as threads on %s", (device) => {
  describe.each(sizes)("%i ranks", (size) => {
    test.each(names)("%s: gives the results of one process on the joined batch", (name) => {
      checkReports(all, name, device, size);
    });
  });

  test("another run gives the same bits", () => {
    const key = keyOf("adam", device, 3);
    expect(again.get(key)).toEqual(all.get(key));
  });
});

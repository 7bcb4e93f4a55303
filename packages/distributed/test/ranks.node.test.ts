import { beforeAll, describe, expect, inject, test } from "vitest";
import { bundle } from "./bundled.ts";
import { type AllTold, checks, checkTold, keyOf, toldByThreads } from "./told.ts";

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

let all: AllTold;
let again: AllTold;
beforeAll(async () => {
  const program = (await bundle())("ranks");
  all = await toldByThreads(program, [devices.join(), sizes.join(), names.join(";")]);
  again = await toldByThreads(program, [devices.join(), "3", "adam"]);
}, 120_000);

describe.each(devices)("ranks as threads on %s", (device) => {
  describe.each(sizes)("%i of them", (size) => {
    test.each(names)("%s: as one process on the joined batch", (name) => {
      checkTold(all, name, device, size);
    });
  });

  test("another run gives the same bits", () => {
    const key = keyOf("adam", device, 3);
    expect(again.get(key)).toEqual(all.get(key));
  });
});

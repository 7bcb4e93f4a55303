import { expect, test } from "vitest";
import { openStorage } from "../../src/devices/tuning/storage.ts";

test("a browser stores a table in IndexedDB", async () => {
  expect(await openStorage().read("tuned-nothing")).toBeNull();
  await openStorage().write("tuned-test", "first");
  await openStorage().write("tuned-test", "second");
  expect(await openStorage().read("tuned-test")).toBe("second");
});

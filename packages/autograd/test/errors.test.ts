import * as wgrad from "@wgrad/autograd";
import { WgradError } from "@wgrad/autograd";
import { expect, test } from "vitest";

const errors = Object.entries(wgrad).filter(
  ([, value]) =>
    typeof value === "function" && (value === WgradError || value.prototype instanceof WgradError),
) as unknown as [string, typeof WgradError][];

test("errors carry their names, written out, where classes are renamed", () => {
  expect(errors.length).toBeGreaterThanOrEqual(11);
  for (const [name, kind] of errors) {
    const { value, writable } = Object.getOwnPropertyDescriptor(kind, "name") ?? {};
    // a name that the language gives a class cannot be written to
    expect([value, writable]).toEqual([name, true]);
    expect(new kind("why").name).toBe(name);
    expect(new kind("why")).toBeInstanceOf(Error);
  }
});

test("an error of one's own is called as it is", () => {
  class OwnError extends WgradError {}
  expect(new OwnError("why").name).toBe("OwnError");
});

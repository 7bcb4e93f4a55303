import { describe, expect, test } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { Generator } from "../../src/random/generator.ts";
import { RandomState } from "../../src/random/numpy.ts";
import { mulHigh, philox, philoxBits, philoxUniform } from "../../src/random/philox.ts";

describe("Generator", () => {
  test("the Mersenne Twister's published first draws for seed 5489, and its 10,000th", () => {
    const generator = new Generator(5489);
    expect(generator.u32()).toBe(3499211612);
    for (let i = 0; i < 9998; i++) generator.u32();
    expect(generator.u32()).toBe(4123659995);
  });

  test("a seed counts mod 2³², negative ones as two's complement", () => {
    expect(new Generator(2 ** 32 + 7).u32()).toBe(new Generator(7).u32());
    expect(new Generator(-1).u32()).toBe(new Generator(2 ** 32 - 1).u32());
  });

  test("manualSeed forgets the cached normal", () => {
    const generator = new Generator(3);
    const first = generator.normal(new Float32Array(1));
    expect(generator.manualSeed(3).normal(new Float32Array(1))).toEqual(first);
  });

  test("uniform draws leave the cached normal alone", () => {
    const apart = new Generator(9);
    const pair = new Generator(9).normal(new Float32Array(2));
    const [first] = apart.normal(new Float32Array(1));
    apart.uniform(new Float32Array(3));
    const [second] = apart.normal(new Float32Array(1));
    expect([first, second]).toEqual([...pair]);
  });

  test("a restored state continues with the same draws", () => {
    const generator = new Generator(1);
    generator.normal(new Float32Array(3));
    const state = generator.getState();
    const next = [
      ...generator.normal(new Float32Array(5)),
      ...generator.uniform(new Float64Array(700)),
    ];
    const restored = new Generator(99).setState(state);
    expect([
      ...restored.normal(new Float32Array(5)),
      ...restored.uniform(new Float64Array(700)),
    ]).toEqual(next);
    expect(restored.initialSeed()).toBe(1);
  });

  test("f64 normals follow the same blocks and stay within reach of a normal law", () => {
    const x = new Generator(0).normal(new Float64Array(4001), 2, 0.5);
    const mean = x.reduce((a, b) => a + b) / x.length;
    const std = Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length);
    expect(Math.abs(mean - 2)).toBeLessThan(0.03);
    expect(Math.abs(std - 0.5)).toBeLessThan(0.03);
  });

  test("bad arguments name themselves", () => {
    expect(() => new Generator(1.5)).toThrow(ArgumentError);
    expect(() => new Generator(0).integers(new Int32Array(1), 3, 3)).toThrow("[3, 3)");
    expect(() => new Generator(0).permutation(-1)).toThrow("got -1");
    expect(() => new Generator(0).setState(new Uint32Array(4))).toThrow("629 words");
    expect(() => new RandomState(-1)).toThrow(ArgumentError);
  });
});

describe("philox4x32-10", () => {
  test("the known answers of the authors' test vectors", () => {
    const hex = (words: number[]) => words.map((w) => w.toString(16).padStart(8, "0"));
    expect(hex(philox([0, 0, 0, 0], [0, 0]))).toEqual([
      "6627e8d5",
      "e169c58d",
      "bc57ac4c",
      "9b00dbd8",
    ]);
    const ones = 0xffffffff;
    expect(hex(philox([ones, ones, ones, ones], [ones, ones]))).toEqual([
      "408f276d",
      "41c83b0e",
      "a20bc7c6",
      "6d5451fd",
    ]);
    expect(
      hex(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])),
    ).toEqual(["d16cfe09", "94fdcceb", "5001e420", "24126ea1"]);
  });

  test("mulHigh is the high half of the 64-bit product", () => {
    const generator = new Generator(0);
    for (let i = 0; i < 200; i++) {
      const [a, b] = [generator.u32(), generator.u32()];
      expect(mulHigh(a, b)).toBe(Number((BigInt(a) * BigInt(b)) >> 32n));
    }
    expect(mulHigh(0xffffffff, 0xffffffff)).toBe(0xfffffffe);
  });

  test("elements of one draw differ, draws differ, and fractions are below one", () => {
    const bits = new Set<number>();
    for (let i = 0; i < 64; i++) for (let o = 0; o < 4; o++) bits.add(philoxBits(1, o, i));
    expect(bits.size).toBe(256);
    expect(philoxUniform(1, 2, 3)).toBe(Math.fround((philoxBits(1, 2, 3) >>> 8) / 2 ** 24));
  });
});

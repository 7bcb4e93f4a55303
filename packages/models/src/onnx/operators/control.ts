import { stack } from "@wgrad/autograd";
import { OnnxError } from "../error.ts";
import type { Operator, Operators } from "../operator.ts";
import { BOOL, INT64 } from "../types.ts";
import { Value } from "../value.ts";

const branch: Operator = {
  inputs: [1, 1],
  attributes: { else_branch: true, then_branch: true },
  settings: [0],
  run(call) {
    const name = call.value(0).number() === 0 ? "else_branch" : "then_branch";
    return call.runGraph(call.graph(name), name, []);
  },
};

/** Runs the body as often as the first input says, or while its first output is true. */
const loop: Operator = {
  inputs: [2, Number.POSITIVE_INFINITY],
  attributes: { body: true },
  settings: [0, 1],
  run(call) {
    const body = call.graph("body");
    const trips = call.setting(0)?.[0] ?? Number.POSITIVE_INFINITY;
    let goes = call.has(1) ? call.value(1).number() !== 0 : true;
    let carried = call.inputs.slice(2).map((_, i) => call.value(i + 2));
    const gathered: Value[][] = [];
    for (let i = 0; goes && i < trips; i++) {
      const given = [Value.host(INT64, [], [i]), Value.host(BOOL, [], [1]), ...carried];
      const [condition, ...results] = call.runGraph(body, `body ${i}`, given);
      carried = results.slice(0, carried.length);
      gathered.push(results.slice(carried.length));
      goes = i + 1 < trips && (condition as Value).number() !== 0;
    }
    const scans = body.outputs.length - 1 - carried.length;
    if (scans > 0 && gathered.length === 0) {
      throw new OnnxError("a loop that collects values and never runs is not supported");
    }
    const scanned = Array.from({ length: scans }, (_, k) => {
      const parts = gathered.map((results) => results[k] as Value);
      return Value.of(stack(parts.map((one) => one.tensor)), (parts[0] as Value).type);
    });
    return [...carried, ...scanned];
  },
};

/** Operators that contain graphs. */
export const control: Operators = { If: branch, Loop: loop };

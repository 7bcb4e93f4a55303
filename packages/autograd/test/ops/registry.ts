/**
 * Runs in a process of its own, where no test has defined an op: every op the library registers, as
 * JSON.
 */
import "@wgrad/autograd";
import { registeredOps } from "../../src/graph/op.ts";
import { keyOf } from "./trace.ts";

console.log(JSON.stringify(registeredOps().map((op) => [keyOf(op), op.gradient !== undefined])));

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Case, type Group, loadGroup } from "../load.ts";

/** A group of cases for the ONNX files of a folder. */
export interface OnnxGroup extends Group {
  readonly folder: string;
}

/** The group of a folder of ONNX files with `expected.json`; empty if there is no such folder. */
export function loadOnnxGroup(folder: string): OnnxGroup[] {
  if (!existsSync(join(folder, "expected.json"))) return [];
  const json = readFileSync(join(folder, "expected.json"), "utf8");
  const group = loadGroup("onnx", json, readFileSync(join(folder, "expected.safetensors")));
  const cases = group.cases.map((item) => ({ ...item, category: String(item.kind) }) as Case);
  return [{ ...group, folder, cases }];
}

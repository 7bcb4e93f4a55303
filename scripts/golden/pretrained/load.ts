import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Case, type Group, loadGroup } from "../load.ts";

/** A group of cases for the model of a folder. */
export interface PretrainedGroup extends Group {
  readonly folder: string;
}

/** The groups of a folder of models, each a folder with `expected.json`. */
export function loadPretrained(dir: string): PretrainedGroup[] {
  return readdirSync(dir)
    .filter((name) => existsSync(join(dir, name, "expected.json")))
    .map((name) => {
      const folder = join(dir, name);
      const json = readFileSync(join(folder, "expected.json"), "utf8");
      const tensors = join(folder, "expected.safetensors");
      const group = loadGroup(`models/${name}`, json, readFileSync(tensors));
      const cases = group.cases.map((item) => ({ ...item, category: String(item.kind) }) as Case);
      return {
        ...group,
        folder,
        cases,
        // a name with a slash is a complete key
        tensor(id, tensor) {
          const slash = tensor.lastIndexOf("/");
          const [owner, own] =
            slash < 0 ? [id, tensor] : [tensor.slice(0, slash), tensor.slice(slash + 1)];
          return group.tensor(owner, own);
        },
      };
    });
}

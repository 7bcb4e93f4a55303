import { mainClasses } from "../../../src/hierarchy/main-classes.ts";
import { classColors } from "../../../src/shared/panel.ts";
import type { Scales } from "../../charts/figure.ts";
import type { Cut, Snapshot } from "./lesson.ts";

/**
 * The drawn merges as a path for each colour: above the cut one colour, below it that of most rows
 * of the cluster.
 */
export function branches(
  { joined, brackets, classes }: Pick<Snapshot, "joined" | "brackets" | "classes">,
  { height, clusters }: Pick<Cut, "height" | "clusters">,
  { x, y }: Scales,
): Map<string, string> {
  const main = mainClasses(clusters, classes);
  const paths = new Map<string, string>();
  for (let i = 0; i < 5 * joined; i += 5) {
    const [left = 0, right = 0, fromLeft = 0, fromRight = 0, top = 0] = brackets.subarray(i, i + 5);
    const cluster = clusters[Math.floor(left / 10)] as number;
    const color =
      top > height
        ? "var(--quiet)"
        : (classColors[(main.get(cluster) ?? 0) % classColors.length] as string);
    const path = `M${round(x(left))},${round(y(fromLeft))}V${round(y(top))}H${round(x(right))}V${round(y(fromRight))}`;
    paths.set(color, (paths.get(color) ?? "") + path);
  }
  return paths;
}

const round = (value: number): string => value.toFixed(1);

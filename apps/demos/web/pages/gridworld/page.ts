import trainSource from "../../../src/gridworld/train.ts?raw";
import worldSource from "../../../src/gridworld/world.ts?raw";
import { known, plural, t } from "../../../src/shared/language.ts";
import { svg } from "../../charts/svg.ts";
import { element, say } from "../../dom/element.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { decimals, percent } from "../../page/format.ts";
import { askLatest } from "../../page/latest.ts";
import type { Question, Snapshot } from "./lesson.ts";
import lessonSource from "./lesson.ts?raw";
import "./page.css";

export const page: Page = {
  about: [
    t(
      "Walkers know neither map nor goal. They try moves, and note in a table what each was worth: the reward, and most of what the next cell promises (Q-learning). The goal is worth +1, the pit −1. News of the goal spreads backwards, cell by cell.",
    ),
    t(
      "The small numbers are what each move is worth; the arrow is the best of them. Click a cell to see the way from there.",
    ),
  ],
  caption: t("What each move is worth, and the way that seems best"),
  controls: [
    { name: "gamma", label: t("Discount γ"), value: 0.9, values: [0.3, 0.5, 0.7, 0.9, 0.95, 0.99] },
    {
      name: "epsilon",
      label: t("Exploration at the end"),
      value: 0.6,
      values: [0, 0.1, 0.3, 0.6, 1],
    },
    { name: "walkers", label: t("Walkers"), value: 18, values: [1, 4, 18, 50] },
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.4,
      values: [0.01, 0.03, 0.1, 0.2, 0.4, 0.8],
      live: true,
    },
  ],
  loss: { label: t("Squared surprise"), name: t("Surprise") },
  pace: { steps: 2, milliseconds: 60 },
  measures: {
    right: { label: t("Cells with the shortest way"), format: percent(0) },
    value: { label: t("Worth of the start"), format: decimals(3) },
  },
  sources: [
    { name: "train.ts", text: trainSource },
    { name: "world.ts", text: worldSource },
    { name: "lesson.ts", text: lessonSource },
  ],
  lesson: {
    names: ["gridworld"],
    teaches: t("Q-learning, beside walking at random and the shortest way"),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

/** Side of a cell in the drawing, and where in it the four numbers stand. */
const CELL = 100;
const SIDES = [
  [0, -30],
  [30, 4],
  [0, 40],
  [-30, 4],
] as const;
const ARROWS = ["↑", "→", "↓", "←"];
const NAMES: Readonly<Record<string, string>> = { G: "goal", X: "pit" };

function picture({ element: place, signal, ask }: Stage): Picture<Snapshot> {
  const drawing = svg("svg", {
    role: "img",
    "aria-label": t("The map, with the worth of every move"),
  });
  const box = element("div", { class: "world" });
  box.append(drawing);
  const from = element("select", {
    "aria-label": t("Walk from"),
    onchange: () => put(Number(from.value)),
  });
  const said = element("output", { class: "verdict" });
  place.append(
    box,
    element("div", { class: "threshold" }, element("span", {}, t("Walk from")), from, said),
  );
  const put = askLatest<Question, Snapshot>(ask, (answer) => show(answer), signal);
  drawing.addEventListener("click", (event) => {
    const cell = (event.target as Element).closest("[data-cell]")?.getAttribute("data-cell");
    if (cell === null || cell === undefined) return;
    from.value = cell;
    if (from.value === cell) put(Number(cell));
  });

  function show({ map, worth, best, values, walk }: Snapshot): void {
    const columns = map[0]?.length ?? 1;
    const kinds = map.flatMap((row) => [...row]);
    drawing.setAttribute("viewBox", `0 0 ${columns * CELL} ${map.length * CELL}`);
    if (from.options.length === 0) {
      const cells = kinds.flatMap((kind, cell) => (".S".includes(kind) ? [cell] : []));
      from.replaceChildren(
        ...cells.map((cell) =>
          element(
            "option",
            { value: cell },
            t("row {row}, column {column}", {
              row: Math.floor(cell / columns) + 1,
              column: (cell % columns) + 1,
            }),
          ),
        ),
      );
    }
    const middle = (cell: number): readonly [number, number] => [
      ((cell % columns) + 0.5) * CELL,
      (Math.floor(cell / columns) + 0.5) * CELL,
    ];
    const cells = kinds.map((kind, cell) => {
      const [x, y] = middle(cell);
      const group = svg("g", {
        "data-cell": cell,
        class: `cell ${NAMES[kind] ?? (kind === "#" ? "wall" : "")}`,
      });
      const value = Math.max(0, values[cell] as number);
      const ground = svg("rect", { x: x - 48, y: y - 48, width: 96, height: 96, rx: 8 });
      if (".S".includes(kind)) ground.style.setProperty("--part", value.toFixed(3));
      group.append(ground);
      const write = (text: string, dx: number, dy: number, name: string): void => {
        const letters = svg("text", { x: x + dx, y: y + dy, class: name });
        letters.textContent = text;
        group.append(letters);
      };
      if (!".S".includes(kind)) {
        if (kind !== "#") write(known(NAMES[kind] as string), 0, 6, "name");
        return group;
      }
      SIDES.forEach(([dx, dy], action) => {
        write((worth[4 * cell + action] as number).toFixed(2), dx, dy, "worth");
      });
      if (value > 0) write(ARROWS[best[cell] as number] as string, 0, 12, "arrow");
      return group;
    });
    const path = `M${walk.map((cell) => middle(cell).join(",")).join("L")}`;
    const [x, y] = middle(walk[0] as number);
    drawing.replaceChildren(
      ...cells,
      svg("path", { class: "way", d: path }),
      svg("circle", { cx: x, cy: y, r: 12, class: "walker" }),
    );
    const end = kinds[walk.at(-1) as number];
    const moves = walk.length - 1;
    const where = end === "G" ? t("the goal") : end === "X" ? t("the pit") : t("nowhere yet");
    say(
      said,
      end === "G" || end === "X"
        ? plural(moves, "{where}, in {moves} move", "{where}, in {moves} moves", { where, moves })
        : where,
    );
  }
  return { draw: show };
}

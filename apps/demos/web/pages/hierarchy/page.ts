import agreeSource from "../../../src/hierarchy/agree.ts?raw";
import { known, plural, t } from "../../../src/shared/language.ts";
import { classColors } from "../../../src/shared/panel.ts";
import { Figure, type Scales } from "../../charts/figure.ts";
import { svg } from "../../charts/svg.ts";
import { element, say } from "../../dom/element.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { decimals } from "../../page/format.ts";
import { askLatest } from "../../page/latest.ts";
import { branches } from "./branches.ts";
import type { Cut, Question, Snapshot } from "./lesson.ts";
import lessonSource from "./lesson.ts?raw";
import "./page.css";

export const page: Page = {
  about: [
    t(
      "Rows without names. The two that are closest become one, again and again, until all are one. What comes of it is a tree: the height of a branch is how far apart its two sides are.",
    ),
    t(
      "Drag the line up and down, in the picture or with the slider: what hangs below it is a cluster. The strip under the tree says what the rows are.",
    ),
  ],
  caption: t("The tree, and where it is cut"),
  controls: [
    {
      name: "data",
      label: t("Rows"),
      value: "iris",
      options: {
        iris: t("150 irises, 4 measures"),
        wine: t("178 wines, 13 measures"),
        digits: t("1,797 digits, 64 dots"),
      },
    },
    {
      name: "linkage",
      label: t("Distance of clusters"),
      value: "average",
      options: {
        single: t("Single: their closest rows"),
        complete: t("Complete: their farthest rows"),
        average: t("Average: all their rows"),
        ward: t("Ward: what the join adds to the squares"),
        centroid: t("Centroid: their middles"),
      },
    },
  ],
  loss: { label: t("Height of the join"), name: t("Height"), noisy: false },
  pace: { steps: 3, milliseconds: 50 },
  seedless: true,
  measures: {
    rand: { label: t("Cut into as many as classes: agrees by"), format: decimals(3) },
  },
  sources: [
    { name: "lesson.ts", text: lessonSource },
    { name: "agree.ts", text: agreeSource },
  ],
  lesson: {
    names: ["hierarchy"],
    teaches: t("hierarchical clustering: four linkages, the dendrogram, and where to cut it"),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

/** Places of the slider. */
const PLACES = 400;

function picture({ element: place, signal, ask }: Stage): Picture<Snapshot> {
  let latest: Snapshot | null = null;
  let cut: Cut | null = null;
  let top = 1;
  let scales: Scales | null = null;
  const chart = element("div", { class: "cut" });
  const slider = element("input", {
    type: "range",
    min: 0,
    max: PLACES,
    value: 0,
    "aria-label": t("Height at which the tree is cut"),
    oninput: () => goTo((slider.valueAsNumber / PLACES) * top),
  });
  const verdict = element("output", { class: "verdict" });
  const legend = element("p", { class: "legend" });
  place.append(chart, slider, verdict, legend);
  const figure = new Figure(chart, t("A tree of clusters, and the line where it is cut"), signal);
  const put = askLatest<Question, Cut>(
    ask,
    (answer) => {
      cut = { ...answer, height: cut?.height ?? answer.height };
      paint();
    },
    signal,
  );
  const goTo = (height: number): void => {
    if (cut === null) return;
    cut = { ...cut, height: Math.max(0, Math.min(top, height)) };
    paint();
    put(cut.height);
  };
  let dragged = false;
  const follow = (event: PointerEvent): void => {
    const box = chart.firstElementChild?.getBoundingClientRect();
    if (!dragged || box === undefined || scales === null) return;
    const [bottom, high] = [scales.y(0), scales.y(top)];
    goTo((top * (event.clientY - box.top - bottom)) / (high - bottom));
  };
  const drop = (): void => {
    dragged = false;
  };
  chart.addEventListener("pointerdown", (event) => {
    dragged = true;
    chart.setPointerCapture(event.pointerId);
    follow(event);
  });
  chart.addEventListener("pointermove", follow);
  chart.addEventListener("pointerup", drop);
  chart.addEventListener("pointercancel", drop);

  function paint(): void {
    const [snapshot, now] = [latest, cut];
    if (snapshot === null || now === null) return;
    slider.valueAsNumber = Math.round((now.height / top) * PLACES);
    const { count, agreement } = now;
    say(
      verdict,
      plural(
        count,
        "{count} cluster; agrees with the true classes by {agreement}",
        "{count} clusters; agrees with the true classes by {agreement}",
        { count, agreement: agreement.toFixed(2) },
      ),
    );
    figure.over((layer, own) => {
      scales = own;
      const { x, y } = own;
      const [left, right] = [x(0), x(10 * snapshot.classes.length)];
      const strip = Array.from(snapshot.classes, (of, i) =>
        svg("rect", {
          x: x(10 * i),
          y: y(-0.025 * top),
          width: x(10) - x(0) + 0.4,
          height: y(-0.06 * top) - y(-0.025 * top),
          fill: classColors[of % classColors.length] ?? "",
        }),
      );
      const lines = Array.from(branches(snapshot, now, own), ([color, path]) =>
        svg("path", { class: "branch", d: path, style: `stroke: ${color}` }),
      );
      const height = y(now.height);
      const line = svg("path", { class: "line", d: `M${left},${height}H${right}` });
      const grip = svg("circle", { class: "grip", cx: right - 14, cy: height, r: 7 });
      layer.replaceChildren(...strip, ...lines, line, grip);
    });
  }

  return {
    draw(snapshot, { step }) {
      latest = snapshot;
      if (step === 0 || cut === null) {
        cut = snapshot.cut;
        legend.replaceChildren(
          ...snapshot.names.map((name, of) =>
            element(
              "span",
              { style: `--of: ${classColors[of % classColors.length]}` },
              known(name),
            ),
          ),
        );
        top =
          1.04 *
          snapshot.brackets.reduce(
            (most, value, i) => (i % 5 === 4 ? Math.max(most, value) : most),
            0,
          );
        figure.base({
          x: { axis: null, domain: [0, 10 * snapshot.classes.length] },
          y: { label: t("↑ height"), domain: [-0.06 * top, top], ticks: 6 },
          marks: [],
        });
      }
      paint();
    },
  };
}

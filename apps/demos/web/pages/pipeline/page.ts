import * as Plot from "@observablehq/plot";
import driftSource from "../../../src/pipeline/drift.ts?raw";
import housesSource from "../../../src/pipeline/houses.ts?raw";
import networkSource from "../../../src/pipeline/network.ts?raw";
import { known, t } from "../../../src/shared/language.ts";
import { Figure } from "../../charts/figure.ts";
import { svg } from "../../charts/svg.ts";
import { element, say } from "../../dom/element.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { decimals } from "../../page/format.ts";
import { tip } from "../../page/tip.ts";
import { terms } from "../../terms.ts";
import type { Snapshot } from "./lesson.ts";
import lessonSource from "./lesson.ts?raw";

export const page: Page = {
  about: [
    t(
      "From a table to a price at work: missing numbers are filled, far-off ones brought back, all are scaled, kinds of house get a column each; then a network learns. What the test rows could tell is not known to any of these steps.",
    ),
    t(
      "Then new houses come in. Let them come from the north: the stability index of each column says that they are not like those that were learned (above 0.25 it has drifted), before anybody knows their prices.",
    ),
  ],
  caption: t("Houses that come in (orange) and those that were learned, by place"),
  controls: [
    {
      name: "shift",
      label: t("Arriving from the north"),
      value: 0,
      values: [0, 0.2, 0.4, 0.6, 0.8, 1],
      live: true,
    },
    { name: "width", label: t("Width"), value: 16, values: [4, 8, 16, 32] },
    { name: "epochs", label: t("Epochs"), value: 60, values: [10, 30, 60, 120] },
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.02,
      values: [0.001, 0.003, 0.01, 0.02, 0.05],
      live: true,
      hint: t("During training it falls from this to 2 % of it, along half a cosine."),
    },
  ],
  loss: { label: t("Squared error of the batch, standardised") },
  pace: { steps: 3, milliseconds: 50 },
  measures: {
    r2: { label: t("R² on unseen houses"), format: decimals(3) },
    mae: { label: t("Mean error, unseen, $1,000"), format: decimals(1) },
  },
  sources: [
    { name: "houses.ts", text: housesSource },
    { name: "network.ts", text: networkSource },
    { name: "drift.ts", text: driftSource },
    { name: "lesson.ts", text: lessonSource },
  ],
  lesson: {
    names: ["pipeline"],
    teaches: t("all ten steps, from the question to a server and its watch"),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

function picture({ element: place, signal }: Stage): Picture<Snapshot> {
  const map = element("div");
  const bars = element("div");
  const verdict = element("output", { class: "verdict" });
  place.append(
    map,
    element(
      "h3",
      {},
      t("How far each column has moved: population stability index"),
      " ",
      tip(terms.shift),
    ),
    bars,
    verdict,
  );
  const places = new Figure(
    map,
    t("Houses that come in and those that were learned, on a map"),
    signal,
  );
  const index = new Figure(bars, t("Population stability index of each column"), signal);
  return {
    draw(snapshot, { step }) {
      const { drifts, latitude, longitude, real, predicted, error } = snapshot;
      if (step === 0) {
        places.base(ground(snapshot));
        index.base(columns(drifts.map(({ column }) => known(column))));
      }
      places.over((layer, { x, y }) => {
        const dots = Array.from(latitude, (value, i) => {
          const off = Math.abs((predicted[i] as number) - (real[i] as number));
          return svg("circle", {
            cx: x(longitude[i] as number),
            cy: y(value),
            r: 2.5 + Math.min(9, off / 25),
            fill: "var(--fit)",
            "fill-opacity": 0.45,
          });
        });
        layer.replaceChildren(...dots);
      });
      index.over((layer, { x, y }) => {
        const rows = drifts.map(({ stability, verdict: said }, i) =>
          svg("rect", {
            x: x(0),
            y: y(i - 0.34),
            width: Math.max(1, x(Math.min(1, stability)) - x(0)),
            height: y(i + 0.34) - y(i - 0.34),
            fill:
              said === "drifted" ? "var(--fit)" : said === "watch" ? "var(--past)" : "var(--data)",
          }),
        );
        layer.replaceChildren(...rows);
      });
      const moved = drifts.filter(({ verdict: said }) => said === "drifted");
      const names = moved.map(({ column }) => known(column)).join(", ");
      say(
        verdict,
        moved.length === 0
          ? t(
              "No column has drifted; the houses that come in are priced {error} thousand dollars off, on average.",
              { error: error.toFixed(0) },
            )
          : t(
              "Drifted: {names}; the houses that come in are priced {error} thousand dollars off, on average.",
              { names, error: error.toFixed(0) },
            ),
      );
    },
  };
}

/** The houses that were learned. */
function ground({ knownLatitude, knownLongitude }: Snapshot): Plot.PlotOptions {
  const points = Array.from(knownLatitude, (latitude, i) => [
    knownLongitude[i] as number,
    latitude,
  ]);
  return {
    height: 300,
    grid: true,
    insetLeft: 24,
    insetBottom: 16,
    x: { label: t("longitude →"), nice: true, ticks: 3 },
    y: { label: t("↑ latitude"), nice: true, ticks: 5 },
    marks: [
      Plot.dot(points as [number, number][], { r: 2.5, fill: "var(--data)", fillOpacity: 0.35 }),
    ],
  };
}

function columns(names: readonly string[]): Plot.PlotOptions {
  return {
    height: 200,
    x: {
      label: t("stability index →"),
      domain: [0, 1],
      ticks: [0, 0.1, 0.25, 0.5, 1],
      tickFormat: String,
    },
    y: {
      label: null,
      domain: [names.length - 0.5, -0.5],
      ticks: names.map((_, i) => i),
      tickFormat: (i: number) => names[i] ?? "",
      tickSize: 0,
    },
    marks: [
      Plot.gridX([0.1, 0.25], { stroke: "var(--quiet)", strokeDasharray: "4 4", strokeOpacity: 1 }),
    ],
  };
}

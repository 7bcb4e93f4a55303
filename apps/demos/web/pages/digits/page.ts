import smallSource from "../../../src/digits/model.ts?raw";
import largeSource from "../../../src/mnist/model.ts?raw";
import trainSource from "../../../src/shared/classifier.ts?raw";
import { grouped, t } from "../../../src/shared/language.ts";
import { extent } from "../../../src/shared/many.ts";
import { drawPixels } from "../../charts/pixels.ts";
import { element, say, setStyle } from "../../dom/element.ts";
import { onTheme } from "../../dom/theme.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { percent } from "../../page/format.ts";
import { askLatest } from "../../page/latest.ts";
import { Pad } from "../../page/pad.ts";
import { KernelPicture } from "./kernel.ts";
import type { Mistakes, Question, Reading, Snapshot } from "./lesson.ts";
import "./page.css";

export const page: Page = {
  about: [
    t(
      "Draw a digit: the bars are how likely the network takes each to be, while it learns. Below is what each filter of its first layer sees in your drawing, and what it took for what among digits that it does not learn from.",
    ),
    t(
      "The small digits are learned in seconds on most machines; MNIST, 60,000 digits in 12 MB, is the test that every method has taken.",
    ),
  ],
  caption: t("A digit, and what it is taken for"),
  controls: [
    {
      name: "data",
      label: t("Digits"),
      value: "small",
      options: { small: t("1,797 of 8×8 dots"), mnist: t("MNIST: 60,000 of 28×28 dots") },
    },
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.003,
      values: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
      live: true,
      hint: t("During training it falls from this to 2 % of it, along half a cosine."),
    },
    { name: "batch", label: t("Batch"), value: 32, values: [8, 16, 32, 64, 128, 256] },
  ],
  loss: { label: t("Cross-entropy of the batch") },
  measures: {
    accuracy: {
      label: t("Accuracy on unseen digits"),
      format: percent(2),
    },
  },
  sources: [
    { name: "digits/model.ts", text: smallSource },
    { name: "mnist/model.ts", text: largeSource },
    { name: "classifier.ts", text: trainSource },
  ],
  lesson: {
    names: ["digits", "mnist"],
    teaches: t(
      "a perceptron and a convolutional network side by side, and the latter at the size of real data",
    ),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

function picture({ element: place, signal, ask }: Stage): Picture<Snapshot> {
  let [side, fresh] = [8, 0];
  let latest: Reading | null = null;

  const put = askLatest<Question, Reading>(ask, (answer) => show(answer), signal);
  const reread = (): void => put(pad.empty ? { fresh } : { picture: pad.picture(side) });
  const clear = (): void => {
    pad.clear();
    reread();
  };
  const another = (): void => {
    fresh++;
    clear();
  };
  const pad = new Pad(() => reread(), signal, { what: t("a digit"), pen: 18 });
  const seen = element("canvas", { class: "pixels", role: "img", "aria-label": t("What it sees") });
  const bars = Array.from({ length: 10 }, (_, digit) => {
    const [bar, part] = [element("span", { class: "bar" }), element("span", { class: "part" })];
    return { row: element("li", {}, element("b", {}, String(digit)), bar, part), bar, part };
  });
  const verdict = element("output", { class: "verdict" });
  const maps = element("div", { class: "maps" });
  const table = confusionTable();
  const kernel = new KernelPicture(ask, signal);
  const wall = element("ul", {
    class: "wall",
    "aria-label": t("Unseen digits that it takes for others"),
  });
  const wrong = element("h3", {}, t("What it errs on"));
  const buttons = element(
    "div",
    { class: "buttons" },
    element("button", { onclick: clear }, t("Clear")),
    element("button", { onclick: another }, t("Another unseen digit")),
  );
  place.append(
    element(
      "div",
      { class: "digits" },
      element("div", {}, element("h3", {}, t("Draw here")), pad.element, buttons),
      element("div", {}, element("h3", {}, t("The network sees")), seen, verdict),
      element(
        "ol",
        { class: "chances", "aria-label": t("Chance of each digit") },
        ...bars.map(({ row }) => row),
      ),
    ),
    element("h3", {}, t("What the filters of the first layer respond to")),
    maps,
    element("h3", {}, t("Unseen digits: what each is (down), and what it was taken for (across)")),
    table.element,
    wrong,
    wall,
    kernel.element,
  );

  const show = (reading: Reading): void => {
    const { chances } = reading;
    // Of weights that left the numbers it says nothing: the last good picture stays.
    if (!chances.every(Number.isFinite)) return;
    latest = reading;
    side = reading.side;
    const most = chances.indexOf(extent(chances)[1]);
    const chance = percent(0)(chances[most] as number);
    const { label } = reading;
    verdict.value =
      label === null
        ? t("{digit} ({chance} sure)", { digit: most, chance })
        : t("{digit} ({chance} sure) · it is a {label}", { digit: most, chance, label });
    bars.forEach(({ row, bar, part }, digit) => {
      const chance = chances[digit] as number;
      row.classList.toggle("most", digit === most);
      setStyle(bar, "--part", chance.toFixed(3));
      say(part, `${(100 * chance).toFixed(0)} %`);
    });
    drawPixels(seen, reading.picture, side);
    showMaps(maps, reading);
    kernel.read(reading);
  };
  onTheme(() => latest !== null && show(latest), signal);
  return {
    draw(snapshot, { step }) {
      show(snapshot);
      table.show(snapshot.confusion);
      if (snapshot.mistakes !== null) showWall(wall, wrong, snapshot.mistakes, snapshot.side);
      // A training that begins anew reads a fresh digit; the drawing is still there.
      if (step === 0 && !pad.empty) reread();
    },
  };
}

/** Digits that it takes for others: what each is, and what it is taken for. */
function showWall(
  wall: HTMLElement,
  heading: HTMLElement,
  { count, pictures, real, taken }: Mistakes,
  side: number,
): void {
  say(heading, t("What it errs on: {count} unseen digits", { count: grouped(count) }));
  while (wall.children.length > real.length) wall.lastElementChild?.remove();
  while (wall.children.length < real.length) {
    wall.append(
      element("li", {}, element("canvas", { class: "pixels", role: "img" }), element("span")),
    );
  }
  real.forEach((digit, i) => {
    const [canvas, words] = wall.children[i]?.children ?? [];
    if (canvas === undefined || words === undefined) return;
    drawPixels(
      canvas as HTMLCanvasElement,
      pictures.subarray(i * side ** 2, (i + 1) * side ** 2),
      side,
    );
    canvas.setAttribute(
      "aria-label",
      t("A {digit} that is taken for a {taken}", { digit, taken: taken[i] }),
    );
    say(words, `${digit} → ${taken[i]}`);
  });
}

/** Each filter's answers, from nothing to the largest of all. */
function showMaps(place: HTMLElement, { maps, side }: Reading): void {
  const size = side * side;
  const count = maps.length / size;
  const most = Math.max(1e-6, extent(maps)[1]);
  while (place.children.length > count) place.lastChild?.remove();
  while (place.children.length < count) {
    place.append(element("canvas", { class: "pixels", role: "img" }));
  }
  [...place.children].forEach((canvas, k) => {
    const values = maps.subarray(k * size, (k + 1) * size).map((value) => value / most);
    drawPixels(canvas as HTMLCanvasElement, values, side, "data");
    const silent = values.every((value) => value === 0);
    canvas.classList.toggle("silent", silent);
    canvas.setAttribute(
      "aria-label",
      silent
        ? t("Filter {filter}: answers nothing here", { filter: k + 1 })
        : t("Filter {filter}", { filter: k + 1 }),
    );
  });
}

function confusionTable() {
  const digits = Array.from({ length: 10 }, (_, digit) => digit);
  const cells = digits.map(() => digits.map(() => element("td")));
  const head = digits.map((digit) => element("th", { scope: "col" }, String(digit)));
  const rows = cells.map((row, digit) =>
    element("tr", {}, element("th", { scope: "row" }, String(digit)), ...row),
  );
  const corner = element("td", {}, "");
  const table = element(
    "table",
    { class: "confusion" },
    element("thead", {}, element("tr", {}, corner, ...head)),
    element("tbody", {}, ...rows),
  );
  return {
    element: element(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": t("Confusion matrix") },
      table,
    ),
    show(counts: Snapshot["confusion"]): void {
      cells.forEach((row, real) => {
        const total = counts?.[real]?.reduce((sum, count) => sum + count, 0) ?? 0;
        row.forEach((cell, predicted) => {
          const count = counts?.[real]?.[predicted] ?? 0;
          say(cell, count === 0 ? "" : String(count));
          setStyle(cell, "--part", (total === 0 ? 0 : count / total).toFixed(3));
        });
      });
    },
  };
}

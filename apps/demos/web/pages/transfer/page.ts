import { known, t } from "../../../src/shared/language.ts";
import { extent } from "../../../src/shared/many.ts";
import featuresSource from "../../../src/transfer/features.ts?raw";
import { kinds as classes, SIDE } from "../../../src/transfer/kinds.ts";
import kindsSource from "../../../src/transfer/kinds.ts?raw";
import modelSource from "../../../src/transfer/model.ts?raw";
import { element, say, setStyle } from "../../dom/element.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { percent } from "../../page/format.ts";
import { askLatest } from "../../page/latest.ts";
import { Pad } from "../../page/pad.ts";
import { Camera } from "./camera.ts";
import { channelsOf, dotsOf } from "./canvas.ts";
import type { Question, Reading, Snapshot } from "./lesson.ts";
import "./page.css";

/** What the kinds are called here. */
const kinds = classes.map(known);

export const page: Page = {
  about: [
    t(
      "Five kinds, twenty drawings of each: too few to learn to see. But MobileNetV2's layers have seen a million photographs; they stay as they are, and what learns here is a line of weights on the 96 numbers that they make of a picture.",
    ),
    t(
      "Draw one, or show one to the camera (nothing leaves this page), and see what it is taken for. Give it to a kind, and it learns from that too: twenty of your own teach it your own hand, or the things on your desk.",
    ),
  ],
  caption: t("A picture, and what it is taken for"),
  controls: [
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.01,
      values: [0.001, 0.003, 0.01, 0.03, 0.1],
      live: true,
    },
    { name: "pictures", label: t("Drawings of each kind"), value: 20, values: [4, 8, 20, 40] },
    { name: "epochs", label: t("Epochs: passes through them"), value: 20, values: [5, 10, 20, 40] },
  ],
  loss: { label: t("Cross-entropy of the batch") },
  pace: { steps: 1, milliseconds: 60 },
  measures: { accuracy: { label: t("Accuracy on unseen drawings"), format: percent(1) } },
  sources: [
    { name: "features.ts", text: featuresSource },
    { name: "model.ts", text: modelSource },
    { name: "kinds.ts", text: kindsSource },
  ],
  lesson: {
    names: ["transfer"],
    teaches: t("the same beside a network that begins from scratch, and one that compares pixels"),
  },
  picture: (stage) => picture(stage) as Picture<unknown>,
};

/** Room around what is drawn on the pad, as the drawings have it. */
const MARGIN = 14;

function picture({ element: place, signal, ask }: Stage): Picture<Snapshot> {
  let fresh = 0;
  let mine: Float32Array | null = null;
  const put = askLatest<Question, Reading>(ask, (answer) => show(answer), signal);
  const read = (pixels: Float32Array): void => {
    mine = pixels;
    put({ picture: pixels });
  };
  const pad = new Pad(() => read(inkOf(pad)), signal, {
    what: t("one of the kinds ({kinds})", { kinds: kinds.join(", ") }),
    pen: 7,
  });
  const camera = new Camera(signal);
  const told = element("p", { class: "told", role: "status" });

  const clear = (): void => {
    pad.clear();
    mine = null;
    put({ fresh });
  };
  const another = (): void => {
    fresh++;
    clear();
  };
  async function toggle(): Promise<void> {
    if (camera.isOn) camera.off();
    else {
      await camera
        .on(SIDE, (dots) => read(channelsOf(dots)))
        .catch((error: Error) =>
          say(told, t("There is no camera: {message}", { message: error.message })),
        );
    }
    camera.element.hidden = !camera.isOn;
    pad.element.hidden = camera.isOn;
    say(button, camera.isOn ? t("Camera off") : t("Camera"));
  }
  const button = element("button", { onclick: () => void toggle() }, t("Camera"));
  camera.element.hidden = true;

  const seen = element("canvas", {
    class: "pixels",
    width: SIDE,
    height: SIDE,
    role: "img",
    "aria-label": t("What it sees"),
  });
  const verdict = element("output", { class: "verdict" });
  const rows = kinds.map((kind, k) => {
    const [bar, part] = [element("span", { class: "bar" }), element("span", { class: "part" })];
    const count = element("small");
    const teach = element(
      "button",
      { onclick: () => give(k), "aria-label": t("This is a {kind}: learn from it", { kind }) },
      kind,
    );
    return { row: element("li", {}, teach, bar, part, count), bar, part, count };
  });
  const examples = kinds.map((kind) =>
    element("canvas", {
      class: "pixels",
      width: SIDE,
      height: SIDE,
      role: "img",
      "aria-label": t("A drawing of a {kind}", { kind }),
    }),
  );
  place.append(
    element(
      "div",
      { class: "digits" },
      element(
        "div",
        {},
        element("h3", {}, t("Draw here, or use the camera")),
        pad.element,
        camera.element,
        element(
          "div",
          { class: "buttons" },
          element("button", { onclick: clear }, t("Clear")),
          button,
          element("button", { onclick: another }, t("Another unseen drawing")),
        ),
        told,
      ),
      element("div", {}, element("h3", {}, t("The network sees")), seen, verdict),
      element(
        "div",
        { class: "whole" },
        element("h3", {}, t("It is a … (press to teach it)")),
        element(
          "ol",
          { class: "chances kinds", "aria-label": t("Chance of each kind") },
          ...rows.map(({ row }) => row),
        ),
        element(
          "button",
          { class: "forget", onclick: () => put({ forget: true }) },
          t("Forget mine"),
        ),
      ),
    ),
    element("h3", {}, t("It learns from drawings such as these")),
    element("div", { class: "maps" }, ...examples),
  );

  function give(label: number): void {
    if (mine === null) say(told, t("Draw something first, or switch the camera on."));
    else {
      say(told, t("It learns from this too, from the next pass on."));
      put({ picture: mine, teach: label });
    }
  }

  function show({ picture: pixels, chances, given }: Reading): void {
    // Of weights that left the numbers it says nothing: the last good picture stays.
    if (!chances.every(Number.isFinite)) return;
    const most = chances.indexOf(extent(chances)[1]);
    verdict.value = t("{kind} ({chance} sure)", {
      kind: kinds[most],
      chance: percent(0)(chances[most] as number),
    });
    rows.forEach(({ row, bar, part, count }, k) => {
      const chance = chances[k] as number;
      row.classList.toggle("most", k === most);
      setStyle(bar, "--part", chance.toFixed(3));
      say(part, `${(100 * chance).toFixed(0)} %`);
      say(count, given[k] === 0 ? "" : t("{given} of yours", { given: given[k] }));
    });
    seen.getContext("2d")?.putImageData(dotsOf(pixels), 0, 0);
  }

  return {
    draw(snapshot, { step }) {
      snapshot.samples?.forEach((pixels, k) => {
        examples[k]?.getContext("2d")?.putImageData(dotsOf(pixels), 0, 0);
      });
      // A training that begins anew reads a fresh drawing; the user's picture is still there.
      if (step === 0 && mine !== null) put({ picture: mine });
      else show(snapshot);
    },
  };
}

/** What is on the pad as dark lines on white paper. */
function inkOf(pad: Pad): Float32Array {
  const inner = SIDE - 2 * MARGIN;
  const ink = pad.picture(inner);
  const pixels = new Float32Array(3 * SIDE * SIDE).fill(1);
  for (let i = 0; i < pixels.length; i++) {
    const at = i % (SIDE * SIDE);
    const [x, y] = [(at % SIDE) - MARGIN, Math.floor(at / SIDE) - MARGIN];
    const inside = x >= 0 && y >= 0 && x < inner && y < inner;
    if (inside) pixels[i] = 1 - 0.9 * (ink[y * inner + x] as number);
  }
  return pixels;
}

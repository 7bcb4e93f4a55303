import { extent } from "../../src/shared/many.ts";
import { channels } from "../charts/canvas.ts";
import { button, enable } from "../dom/button.ts";
import { element, say, setStyle } from "../dom/element.ts";
import { color, onTheme } from "../dom/theme.ts";
import type { Frame, LayerGradient, Opened } from "../session/protocol.ts";
import { words } from "../words.ts";
import { tip } from "./tip.ts";

/** Places along each direction, of which the middle is the weights as they are. */
const SIDE = 21;
/** How far they go in each. */
const REACH = 1;
/** Orders of size that the bars of gradients span. */
const [LEAST, MOST] = [-6, 1];

interface Listener {
  watch(on: boolean): Promise<void>;
  look(seed: number): Promise<void>;
  lossesAt(places: readonly number[], at: number): Promise<Float32Array>;
}

/** Looks inside that every page with weights has: gradients by layer, and the loss around the weights. */
export class Inside {
  readonly element: HTMLElement;
  readonly #listener: Listener;
  readonly #bars = element("ul", { class: "gradients", "aria-label": words.gradients });
  readonly #canvas = element("canvas", { role: "img", width: SIDE, height: SIDE });
  readonly #said = element("p", { class: "status", role: "status" });
  readonly #draw: HTMLButtonElement;
  readonly #gradients: HTMLDetailsElement;
  readonly #landscape: HTMLDetailsElement;
  /** Losses row by row from the top; not all of them are known yet. */
  #losses = new Float32Array(SIDE * SIDE).fill(Number.NaN);
  #turn = 0;
  #seed = 0;

  constructor(listener: Listener, signal: AbortSignal) {
    this.#listener = listener;
    const gradients: HTMLDetailsElement = element(
      "details",
      { ontoggle: () => void listener.watch(gradients.open) },
      element("summary", {}, words.gradients),
      tip(words.gradientsTip),
      this.#bars,
    );
    this.#draw = button(words.drawLandscape, () => void this.#look());
    this.#canvas.setAttribute("aria-label", words.landscape);
    this.#landscape = element(
      "details",
      {},
      element("summary", {}, words.landscape),
      tip(words.landscapeTip),
      element(
        "div",
        { class: "landscape" },
        element("div", { class: "around" }, this.#canvas),
        element("div", {}, this.#draw, this.#said),
      ),
    );
    this.#gradients = gradients;
    this.element = element("div", { class: "inside" }, gradients, this.#landscape);
    onTheme(() => this.#paint(), signal);
  }

  /** Another training has begun. */
  opened({ info: { hasWeights, hasLandscape } }: Opened): void {
    this.#turn++;
    // Another training does not know yet.
    if (this.#gradients.open) void this.#listener.watch(true);
    this.#losses.fill(Number.NaN);
    this.element.parentElement?.toggleAttribute("hidden", !hasWeights);
    this.#landscape.hidden = !hasLandscape;
    this.#bars.replaceChildren(element("li", {}, words.noGradients));
    enable(this.#draw, true);
    say(this.#said, "");
    this.#paint();
  }

  frame({ snapshot }: Frame): void {
    const gradients = snapshot?.gradients ?? [];
    if (gradients.length === 0) return;
    const known = [...this.#bars.querySelectorAll<HTMLElement>("li[data-layer]")];
    if (known.length !== gradients.length || known[0]?.dataset.layer !== gradients[0]?.layer) {
      this.#bars.replaceChildren(...gradients.map(bar));
    }
    gradients.forEach(({ norm }, i) => {
      const row = this.#bars.children[i] as HTMLElement;
      const part = (Math.log10(Math.max(norm, 1e-30)) - LEAST) / (MOST - LEAST);
      setStyle(row, "--part", Math.min(1, Math.max(0, part)).toFixed(3));
      say(row.lastElementChild as Element, norm.toPrecision(2));
    });
  }

  /** Asks for the losses from the middle row outwards, so that training goes on between rows. */
  async #look(): Promise<void> {
    const turn = ++this.#turn;
    enable(this.#draw, false);
    this.#losses.fill(Number.NaN);
    this.#paint();
    const places = Array.from({ length: SIDE }, (_, i) => REACH * ((2 * i) / (SIDE - 1) - 1));
    const middle = (SIDE - 1) / 2;
    const rows = places
      .map((_, i) => i)
      .sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
    try {
      await this.#listener.look(this.#seed++);
      for (const [done, row] of rows.entries()) {
        say(this.#said, words.landscapeRows(done, SIDE));
        const losses = await this.#listener.lossesAt(places, -(places[row] as number));
        if (turn !== this.#turn) return;
        this.#losses.set(losses, row * SIDE);
        this.#paint();
      }
      const finite = this.#losses.filter(Number.isFinite);
      const [low, high] = extent(finite).map((each) => each.toPrecision(3)) as [string, string];
      const here = (this.#losses[middle * SIDE + middle] as number).toPrecision(3);
      say(this.#said, words.landscapeSaid(here, low, high));
    } catch {
      // The training has ended meanwhile; what went wrong is said elsewhere.
      if (turn === this.#turn) say(this.#said, words.landscapeLost);
    } finally {
      if (turn === this.#turn) enable(this.#draw, true);
    }
  }

  #paint(): void {
    const context = this.#canvas.getContext("2d");
    if (context === null) return;
    const image = new ImageData(SIDE, SIDE);
    const heights = this.#losses.map((loss) => Math.log(Math.max(loss, 1e-12)));
    const [low, high] = extent(heights.filter(Number.isFinite));
    const [from, to, none] = [color("fit"), color("field"), color("card")].map(channels);
    if (from === undefined || to === undefined || none === undefined) return;
    heights.forEach((height, i) => {
      const part = high > low ? (height - low) / (high - low) : 0;
      // Bands as on a map, so that slopes are seen.
      const level = Math.round(part * 12) / 12;
      for (let c = 0; c < 3; c++) {
        const ground = none[c] as number;
        const [a, b] = [from[c] as number, to[c] as number];
        image.data[4 * i + c] = Number.isFinite(height) ? a + level * (b - a) : ground;
      }
      image.data[4 * i + 3] = 255;
    });
    context.putImageData(image, 0, 0);
  }
}

/** A layer's line. */
const bar = ({ layer }: LayerGradient): HTMLElement =>
  element(
    "li",
    { "data-layer": layer },
    element("span", {}, layer),
    element("span", { class: "bar" }),
    element("span", { class: "part" }),
  );

import { t } from "../../../src/shared/language.ts";
import { svg } from "../../charts/svg.ts";
import { button } from "../../dom/button.ts";
import { element, say } from "../../dom/element.ts";

/** Pushes a second. */
const SPEED = 50;
/**
 * What a drawing that stands still shows of an episode: a cart every so many pushes, and no more of
 * them than fit.
 */
const STILL = { every: 10, most: 12 };
/** The drawing's units: those of a metre, and where the track is. */
const METRE = 120;
const SIZE = { width: 640, height: 208, track: 176 };
const REST = Float32Array.of(0, 0, 0, 0);
/** Milliseconds between the end of an episode and the next one. */
const BREATH = 700;

const reduced = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * Plays episodes at their real speed, all at once and the first in colour, again and again until
 * there are newer ones.
 */
export class Carts {
  readonly #ghosts = svg("g", { opacity: 0.22 });
  readonly #first = cart("cart first");
  readonly #words = element("p", { class: "status" });
  readonly #button: HTMLButtonElement;
  readonly #signal: AbortSignal;
  #moving = !reduced.matches;
  #episodes: readonly Float32Array[] = [];
  #next: { readonly episodes: readonly Float32Array[]; readonly name: string } | null = null;
  #name = "";
  #start = 0;
  #ticking = false;

  constructor(place: HTMLElement, signal: AbortSignal) {
    this.#signal = signal;
    this.#button = button("", () => this.#toggle());
    const drawing = svg("svg", {
      viewBox: `0 0 ${SIZE.width} ${SIZE.height}`,
      role: "img",
      "aria-label": t("Carts with their poles"),
      class: "carts",
    });
    drawing.append(track(), this.#ghosts, this.#first);
    place.append(drawing, element("div", { class: "under" }, this.#words, this.#button));
    this.#say();
    this.show([], "");
  }

  /**
   * Episodes to play when those that are playing are over; none at all: a cart at rest, at once.
   */
  show(episodes: readonly Float32Array[], name: string): void {
    const idle = this.#episodes.length === 0 || episodes.length === 0 || !this.#moving;
    this.#next = { episodes, name };
    if (idle) this.#take(performance.now());
    this.#tick();
  }

  #take(now: number): void {
    if (this.#next !== null) {
      this.#episodes = this.#next.episodes;
      this.#name = this.#next.name;
      this.#next = null;
    }
    this.#start = now;
    const rest = this.#episodes.length - 1;
    this.#ghosts.replaceChildren(...Array.from({ length: Math.max(0, rest) }, () => cart("cart")));
    if (!this.#moving || this.#episodes.length === 0) this.#still();
  }

  #toggle(): void {
    this.#moving = !this.#moving;
    this.#say();
    this.#take(performance.now());
    this.#tick();
  }

  #say(): void {
    this.#button.textContent = this.#moving ? t("Stand still") : t("Move");
  }

  #tick(): void {
    if (this.#ticking || !this.#moving || this.#episodes.length === 0) return;
    this.#ticking = true;
    requestAnimationFrame((now) => {
      this.#ticking = false;
      if (this.#signal.aborted) return;
      if (this.#moving && this.#episodes.length > 0) this.#frame(now);
      this.#tick();
    });
  }

  #frame(now: number): void {
    const longest = this.#episodes.reduce((most, each) => Math.max(most, lengthOf(each)), 0);
    const elapsed = Math.max(0, now - this.#start);
    if (elapsed > (1000 * longest) / SPEED + BREATH) {
      this.#take(now);
      return;
    }
    const at = (SPEED * elapsed) / 1000;
    const [first = REST, ...others] = this.#episodes;
    place(this.#first, first, at);
    others.forEach((episode, i) => {
      place(this.#ghosts.children[i] as SVGGElement, episode, at);
    });
    this.#tell(Math.min(Math.floor(at) + 1, lengthOf(first)), lengthOf(first));
  }

  /** One episode as a row of carts, the last in full. */
  #still(): void {
    const [first = REST] = this.#episodes;
    const length = lengthOf(first);
    const every = Math.max(STILL.every, Math.ceil(length / STILL.most));
    const moments = Array.from({ length: Math.ceil(length / every) }, (_, k) => k * every);
    this.#ghosts.replaceChildren(
      ...moments.map((at) => {
        const made = cart("cart first");
        place(made, first, at);
        return made;
      }),
    );
    place(this.#first, first, length - 1);
    this.#tell(length, length);
  }

  #tell(push: number, length: number): void {
    const said =
      this.#episodes.length === 0
        ? this.#name
        : t("{name}: push {push} of {length}", { name: this.#name, push, length });
    say(this.#words, said);
  }
}

const lengthOf = (episode: Float32Array): number => episode.length / 4;

/** Puts a cart where it is in an episode, between two pushes too; after the end it stays, faint. */
function place(cart: SVGGElement, episode: Float32Array, at: number): void {
  const last = lengthOf(episode) - 1;
  const push = Math.min(Math.floor(at), last);
  const part = Math.min(1, Math.max(0, at - push));
  const between = (i: number): number => {
    const now = episode[4 * push + i] as number;
    return now + part * ((episode[4 * Math.min(push + 1, last) + i] as number) - now);
  };
  const [x, degrees] = [SIZE.width / 2 + METRE * between(0), (180 / Math.PI) * between(2)];
  cart.setAttribute("transform", `translate(${x.toFixed(1)} ${SIZE.track})`);
  cart.lastElementChild?.setAttribute("transform", `rotate(${degrees.toFixed(2)} 0 -26)`);
  cart.classList.toggle("over", at > last + 1);
}

/** The cart stands on (0, 0); its pole is 1 m long. */
function cart(name: string): SVGGElement {
  const made = svg("g", { class: name });
  const pole = svg("g");
  pole.append(
    svg("line", { x1: 0, y1: -26, x2: 0, y2: -26 - METRE, class: "pole" }),
    svg("circle", { cx: 0, cy: -26, r: 4, class: "hinge" }),
  );
  made.append(
    svg("rect", { x: -30, y: -26, width: 60, height: 20, rx: 5, class: "body" }),
    svg("circle", { cx: -17, cy: -5, r: 5, class: "body" }),
    svg("circle", { cx: 17, cy: -5, r: 5, class: "body" }),
    pole,
  );
  return made;
}

function track(): SVGElement {
  const [left, right] = [-2.4, 2.4].map((x) => SIZE.width / 2 + METRE * x) as [number, number];
  const post = (x: number): string => `M${x} ${SIZE.track} V${SIZE.track - 40}`;
  return svg("path", {
    class: "track",
    d: `M${left} ${SIZE.track} H${right} ${post(left)} ${post(right)}`,
  });
}

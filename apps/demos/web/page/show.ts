import { LossChart } from "../charts/loss-chart.ts";
import { element } from "../dom/element.ts";
import { lessonAddress } from "../lessons.ts";
import type { Frame, Opened } from "../session/protocol.ts";
import { codePanel } from "./code.ts";
import type { Page } from "./definition.ts";
import { deviceLine } from "./device.ts";
import { Numbers } from "./numbers.ts";
import { Player } from "./player.ts";
import { section } from "./section.ts";
import { SettingsForm } from "./settings.ts";
import { Toolbar } from "./toolbar.ts";
import { download, weightsPanel } from "./weights.ts";

interface Shown {
  readonly name: string;
  readonly title: string;
  readonly page: Page;
}

/** Builds a page in `place` and opens its training; ends, and frees everything, when `signal` says so. */
export function showPage(
  place: HTMLElement,
  { name, title, page }: Shown,
  signal: AbortSignal,
): void {
  const root = element("article", { class: "demo", "data-state": "loading" });
  const notice = element("div", { class: "notice", role: "alert", hidden: true });
  const device = element("p", { class: "device" });
  const summary = element("pre", { class: "summary", tabindex: 0, role: "region" });
  summary.setAttribute("aria-label", "The model's layers");
  const numbers = new Numbers(page);
  const stage = element("div", { class: "stage" });
  const chart = element("div", { class: "chart" });

  const begin = ({ run = player.state === "running" } = {}): void => {
    notice.hidden = true;
    const { settings, seed, file } = form;
    void player.begin({ page: name, settings, seed, file }, { run });
  };
  const form = new SettingsForm(page, {
    live: (setting, value) => void player.set(setting, value),
    anew: () => begin(),
  });
  const toolbar = new Toolbar({
    toggle: () => {
      if (player.state === "running") player.pause();
      else if (player.state === "done") begin({ run: true });
      else player.run();
    },
    step: () => void player.step(),
    reset: () => begin({ run: false }),
  });
  const weights = weightsPanel({
    save: () => {
      player.weights().then(
        (bytes) => download(bytes, `${name}.safetensors`),
        (error) => tell(error as Error),
      );
    },
    load: (file) => {
      notice.hidden = true;
      void player.load(file);
    },
  });
  const tell = (error: Error): void => {
    notice.replaceChildren(
      element("strong", {}, headingOf(error)),
      element("p", {}, error.message),
    );
    if (player.state === "failed") {
      notice.append(element("button", { onclick: () => begin() }, "Start again"));
    }
    notice.hidden = false;
  };

  const player = new Player<unknown>(
    {
      state: (state) => {
        root.dataset.state = state;
        toolbar.state(state);
      },
      loading: (loading) => toolbar.loading(loading),
      opened: (opened: Opened) => {
        const { line, advice } = deviceLine(opened.device);
        device.replaceChildren(`Computing ${line}. `, element("small", {}, advice));
        summary.textContent = opened.summary ?? "";
        summary.parentElement?.toggleAttribute("hidden", opened.summary === null);
        weights.hidden = !opened.hasWeights;
        losses.clear();
        numbers.opened(opened);
        root.dataset.step = "0";
        toolbar.frame(opened.frame);
        picture.draw(opened.frame.snapshot, opened.frame);
      },
      frame: (frame: Frame) => {
        root.dataset.step = String(frame.step);
        losses.append(frame.step, frame.losses);
        numbers.frame(frame);
        toolbar.frame(frame);
        picture.draw(frame.snapshot, frame);
      },
      failed: tell,
    },
    page.pace,
  );
  signal.addEventListener("abort", () => player.close());

  root.append(
    element(
      "header",
      {},
      element("h1", {}, title),
      ...page.about.map((paragraph) => element("p", {}, paragraph)),
      device,
    ),
    notice,
    toolbar.element,
    element(
      "div",
      { class: "columns" },
      element(
        "div",
        { class: "main" },
        section(page.caption, stage),
        section(page.loss.label, chart),
      ),
      element(
        "div",
        { class: "side" },
        section("Settings", form.element),
        section("Numbers", numbers.element),
        weights,
      ),
    ),
    section("The code that runs", codePanel(page.sources)),
    section("The model", summary),
    ...lessonOf(page),
  );
  place.replaceChildren(root);
  const losses = new LossChart(chart, page.loss, signal);
  const picture = page.picture({
    element: stage,
    signal,
    ask: (question) => player.ask(question),
    setting: (setting) => {
      const value = form.settings[setting];
      if (value === undefined) throw new TypeError(`there is no setting "${setting}"`);
      return value;
    },
  });
  begin();
}

function lessonOf({ lesson }: Page): HTMLElement[] {
  if (lesson === undefined) return [];
  const { names, teaches } = lesson;
  const links = names.map((name) =>
    element("a", { href: lessonAddress(name) }, `pnpm demo ${name}`),
  );
  return [
    section(
      "The lesson",
      element("p", {}, `It teaches ${teaches}.`),
      element("ul", { class: "lessons" }, ...links.map((link) => element("li", {}, link))),
    ),
  ];
}

function headingOf({ name }: Error): string {
  if (name === "DeviceLostError") return "The graphics device was lost";
  if (name === "DataError") return "The file cannot be used";
  if (name === "WeightsError") return "The weights cannot be used";
  return "That did not work";
}

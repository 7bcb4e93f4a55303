import { LossChart } from "../charts/loss-chart.ts";
import { element } from "../dom/element.ts";
import { lessonAddress } from "../lessons.ts";
import type { Frame, Opened, Settings, Wanted } from "../session/protocol.ts";
import { codePanel } from "./code.ts";
import type { Page } from "./definition.ts";
import { settingsOf } from "./definition.ts";
import { deviceLine } from "./device.ts";
import { Notice, type Way } from "./notice.ts";
import { Numbers } from "./numbers.ts";
import { Player } from "./player.ts";
import { section } from "./section.ts";
import { type Chosen, SettingsForm } from "./settings.ts";
import { Toolbar } from "./toolbar.ts";
import { differences, download, WeightsPanel } from "./weights.ts";

interface Shown {
  readonly name: string;
  readonly title: string;
  readonly page: Page;
  /** What the page opens with. */
  readonly chosen: Chosen;
  /** Told what is chosen now, whenever that changes. */
  changed(chosen: Chosen): void;
}

/**
 * Builds a page in `place` and opens its training; ends, and frees everything, when `signal` says
 * so.
 */
export function showPage(
  place: HTMLElement,
  { name, title, page, chosen, changed }: Shown,
  signal: AbortSignal,
): void {
  const root = element("article", { class: "demo", "data-state": "loading" });
  const device = element("p", { class: "device" });
  const summary = element("pre", { class: "summary scroll", tabindex: 0, role: "region" });
  summary.setAttribute("aria-label", "The model's layers");
  const numbers = new Numbers(page);
  const stage = element("div", { class: "stage" });
  const chart = element("div", { class: "chart" });
  const code = codePanel(page.sources);

  /** Begins with what the form says, if that can be; else the form says again what there is. */
  const begin = ({ run = player.state === "running" } = {}): Promise<boolean> => {
    if (!form.askForSeed()) {
      if (player.wanted !== null) form.show({ ...player.wanted, seed: form.chosen.seed });
      return Promise.resolve(false);
    }
    notice.hide();
    return player.begin({ page: name, ...form.chosen }, { run });
  };
  const form = new SettingsForm(page, chosen, {
    live: (setting, value) => {
      void player.set(setting, value);
      changed(form.chosen);
    },
    restart: () => void begin(),
  });
  const toolbar = new Toolbar({
    toggle: () => {
      if (player.state === "running") player.pause();
      else if (player.state === "done" || player.state === "diverged") void begin({ run: true });
      else {
        notice.hide();
        player.run();
      }
    },
    step: () => {
      notice.hide();
      void player.step();
    },
    reset: () => void begin({ run: false }),
  });
  const notice = new Notice(() => toolbar.focus());

  const load = async (file: File): Promise<void> => {
    notice.hide();
    if (await player.load(file)) {
      weights.say(`The weights of ${file.name} are in use.`);
      return;
    }
    const written = await player.settingsOf(file).catch(() => null);
    const [words, settings] = differences(page.controls, form.chosen.settings, written);
    if (words === "") return;
    notice.offer({
      label: `Restart with ${words}, and load`,
      go: () => void loadWith(settings, file),
    });
  };
  const loadWith = async (settings: Settings, file: File): Promise<void> => {
    form.show({ ...form.chosen, settings: settingsOf(page.controls, settings) });
    if (await begin({ run: false })) await load(file);
  };
  const weights = new WeightsPanel({
    save: () => {
      player.weights().then(
        (bytes) => {
          download(bytes, `${name}.safetensors`);
          weights.say(`${name}.safetensors is among your downloads.`);
        },
        (error) => failed(error as Error, player.wanted),
      );
    },
    load: (file) => void load(file),
  });

  const failed = (error: Error, standing: Wanted | null): void => {
    const ways = player.state === "failed" ? [wayOn(error)] : [];
    notice.tell(headingOf(error), error.message, ways);
    if (standing === null) return;
    form.show(standing);
    changed(standing);
  };
  /** From where nothing stands: the same again, but not on a device that is not there. */
  const wayOn = ({ name }: Error): Way => {
    if (name !== "DeviceError") return { label: "Start again", go: () => void begin() };
    return {
      label: "Start on the fastest device here",
      go: () => {
        form.show({ ...form.chosen, device: null });
        void begin();
      },
    };
  };
  const diverged = (step: number): void => {
    const rate = page.controls.find((control) => control.name === "lr")?.label ?? "Learning rate";
    notice.tell(
      `The training diverged at step ${step.toLocaleString("en")}`,
      "The loss or the weights became infinite or no numbers at all: the steps were too large, and each made the error larger. " +
        `Lower “${rate}” and press Reset. What you see is the last good picture.`,
      [{ label: "Reset", go: () => void begin({ run: false }) }],
    );
  };

  const player = new Player<unknown>(
    {
      state: (state) => {
        root.dataset.state = state;
        toolbar.state(state);
      },
      loading: (loading) => toolbar.loading(loading),
      opened: (opened: Opened, wanted: Wanted) => {
        const { line, advice } = deviceLine(opened.device);
        device.replaceChildren(`Computing ${line}. `, element("small", {}, advice));
        summary.textContent = opened.summary ?? "";
        summary.parentElement?.toggleAttribute("hidden", opened.summary === null);
        weights.opened(opened.hasWeights);
        losses.clear();
        numbers.opened(opened);
        form.show(wanted);
        changed(wanted);
        code.follow(wanted.settings);
        show(opened.frame);
      },
      frame: (frame: Frame) => {
        losses.append(frame.step, frame.losses);
        numbers.frame(frame);
        show(frame);
        if (frame.diverged === null || player.state === "diverged") return;
        losses.diverged(frame.diverged);
        diverged(frame.diverged);
      },
      failed,
    },
    page.pace,
  );
  signal.addEventListener("abort", () => player.close());
  const show = (frame: Frame): void => {
    root.dataset.step = String(frame.step);
    toolbar.frame(frame);
    if (frame.snapshot !== null) picture.draw(frame.snapshot, frame);
  };

  root.append(
    element(
      "header",
      {},
      element("h1", { tabindex: -1 }, title),
      ...page.about.map((paragraph) => element("p", {}, paragraph)),
      device,
    ),
    notice.element,
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
        weights.element,
      ),
    ),
    section("The code that runs", code.element),
    section("The model", summary),
    ...lessonOf(page),
  );
  place.replaceChildren(root);
  const losses = new LossChart(chart, page.loss, signal);
  const picture = page.picture({
    element: stage,
    signal,
    ask: (question) => player.ask(question),
  });
  void begin();
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
  if (name === "DeviceError") return "This device is not here";
  if (name === "DataError") return "The file cannot be used";
  if (name === "WeightsError") return "The weights cannot be used";
  if (name === "FetchError") return "The data could not be loaded";
  return "That did not work";
}

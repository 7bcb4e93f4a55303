import { t } from "../../src/shared/language.ts";
import { addressOf } from "../address.ts";
import { LossChart } from "../charts/loss-chart.ts";
import { button } from "../dom/button.ts";
import { element } from "../dom/element.ts";
import type { Frame, Opened, Settings, Wanted } from "../session/protocol.ts";
import { toggleTeaching, view } from "../view.ts";
import { words } from "../words.ts";
import { codePanel } from "./code.ts";
import type { Page } from "./definition.ts";
import { settingsOf } from "./definition.ts";
import { deviceLine } from "./device.ts";
import { endingOf } from "./ending.ts";
import { divergence, headingOf } from "./faults.ts";
import { Inside } from "./inside.ts";
import { Keeper, type Kept, keptTraining } from "./kept.ts";
import { onKeys } from "./keys.ts";
import { layOut } from "./layout.ts";
import { Notice, type Way } from "./notice.ts";
import { Numbers } from "./numbers.ts";
import { Player } from "./player.ts";
import { Runs } from "./runs.ts";
import { type Chosen, SettingsForm } from "./settings.ts";
import { SharePanel } from "./share.ts";
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
 * Builds a page in `place` and opens its training, as it was left if it was here before; ends, and
 * frees everything, when `signal` says so.
 */
export function showPage(
  place: HTMLElement,
  { name, title, page, chosen, changed: told }: Shown,
  signal: AbortSignal,
): void {
  const root = element("article", { class: "demo", "data-state": "loading" });
  const device = element("p", { class: "device" });
  const summary = element("pre", { class: "summary scroll", tabindex: 0, role: "region" });
  summary.setAttribute("aria-label", t("The model's layers"));
  const numbers = new Numbers(page);
  const stage = element("div", { class: "stage" });
  const chart = element("div", { class: "chart" });
  const code = codePanel(page.sources);
  const share = new SharePanel(title);
  const changed = (now: Chosen): void => {
    told(now);
    share.show(addressOf(name), now.file);
  };

  /** Begins with what the form says, if that can be; else the form says again what there is. */
  const begin = ({
    run = player.state === "running",
    kept = null,
  }: {
    readonly run?: boolean;
    readonly kept?: Kept | null;
  } = {}): Promise<boolean> => {
    if (!form.askForSeed()) {
      if (player.wanted !== null) form.show({ ...player.wanted, seed: form.chosen.seed });
      return Promise.resolve(false);
    }
    notice.hide();
    left = kept;
    return player.begin({ page: name, ...form.chosen }, { run, kept });
  };
  const form = new SettingsForm(page, chosen, {
    live: (setting, value) => {
      void player.set(setting, value);
      runs.set(form.chosen.settings);
      changed(form.chosen);
    },
    restart: () => void begin(),
  });
  const player: Player<unknown> = new Player<unknown>(
    {
      state: (state) => {
        root.dataset.state = state;
        toolbar.state(state);
        if (state === "paused" || state === "done") keeper.now();
      },
      loading: (loading) => toolbar.loading(loading),
      opened: (opened: Opened, wanted: Wanted) => {
        const { line, advice } = deviceLine(opened);
        device.replaceChildren(t("Computing {line}.", { line }), " ", element("small", {}, advice));
        const { info } = opened;
        summary.textContent = info.summary ?? "";
        summary.parentElement?.toggleAttribute("hidden", info.summary === null);
        weights.opened(info.hasWeights);
        runs.begins(wanted);
        inside.opened(opened);
        losses.clear();
        numbers.opened(opened);
        form.show(wanted);
        changed(wanted);
        code.follow(wanted.settings);
        show(opened.frame);
        if (left === null || opened.resumed === null) keeper.forget();
        else takeUp(left);
      },
      frame: (frame: Frame) => {
        losses.append(frame.step, frame.losses);
        numbers.frame(frame);
        show(frame);
        if (player.state === "running") keeper.goesOn();
        if (frame.diverged === null || player.state === "diverged") return;
        losses.diverged(frame.diverged);
        const { heading, text } = divergence(page, frame.diverged);
        notice.tell(heading, text, [{ label: words.reset, go: () => void begin({ run: false }) }]);
      },
      failed: (error, standing) => failed(error, standing),
    },
    page.pace,
  );
  const toggle = (): void => {
    if (player.state === "running") player.pause();
    else if (player.state === "done" || player.state === "diverged") void begin({ run: true });
    else {
      notice.hide();
      player.run();
    }
  };
  const step = (): void => {
    notice.hide();
    void player.step();
  };
  const reset = (): void => void begin({ run: false });
  const teach = button(view() === "teach" ? words.leaveTeaching : words.teach, () => {
    toggleTeaching();
    teach.textContent = view() === "teach" ? words.leaveTeaching : words.teach;
  });
  const toolbar = new Toolbar(
    {
      toggle,
      step,
      reset,
      speed: (speed) => {
        player.speed = speed;
      },
    },
    player.speed,
    [share.button, teach],
  );
  const notice = new Notice(() => toolbar.focus());
  onKeys(
    {
      " ": () => player.state !== "pausing" && player.state !== "loading" && toggle(),
      s: step,
      r: reset,
    },
    signal,
  );

  /** The training that is taken up, until it stands. */
  let left: Kept | null = null;
  const takeUp = ({ curve, test, step }: Kept): void => {
    losses.take(curve, test);
    const last = curve.values.at(-1);
    if (last !== undefined) {
      numbers.loss(last);
      runs.frame({ step, losses: Float32Array.of(last), measures: null });
    }
    left = null;
  };
  const keeper = new Keeper(name, async () => {
    const { wanted, state } = player;
    const checkpoint = await player.checkpoint();
    if (wanted === null || wanted.file !== null || checkpoint === null) return null;
    if (state === "diverged" || checkpoint.step === 0) return null;
    const { settings, seed } = wanted;
    const { steps, values } = losses.curve;
    return { ...checkpoint, settings, seed, curve: { steps, values }, test: losses.test };
  });

  const load = async (file: File): Promise<void> => {
    notice.hide();
    if (await player.load(file)) {
      weights.say(t("The weights of {name} are in use.", { name: file.name }));
      return;
    }
    const written = await player.settingsOf(file).catch(() => null);
    const [others, settings] = differences(page.controls, form.chosen.settings, written);
    if (others === "") return;
    notice.offer({
      label: t("Restart with {others}, and load", { others }),
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
          weights.say(t("{name}.safetensors is among your downloads.", { name }));
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
    if (name !== "DeviceError") return { label: t("Start again"), go: () => void begin() };
    return {
      label: t("Start on the fastest device here"),
      go: () => {
        form.show({ ...form.chosen, device: null });
        void begin();
      },
    };
  };
  signal.addEventListener("abort", () => {
    const nothing = player.state === "loading" || player.state === "failed";
    player.pause();
    void (nothing ? Promise.resolve() : keeper.last()).finally(() => player.close());
  });
  const show = (frame: Frame): void => {
    root.dataset.step = String(frame.step);
    toolbar.frame(frame);
    runs.frame(frame);
    inside.frame(frame);
    const test = page.loss.test && frame.measures?.[page.loss.test];
    if (typeof test === "number") losses.tested(frame.step, test);
    if (frame.snapshot !== null) picture.draw(frame.snapshot.picture, frame);
  };

  const runs = new Runs(name, page, {
    curves: (earlier) => losses.earlier(earlier),
    outline: (most) => losses.curve.outline(most),
  });
  const inside = new Inside(player, signal);
  layOut(root, {
    title,
    name,
    page,
    stage,
    chart,
    numbers,
    device,
    summary,
    notice: notice.element,
    toolbar: toolbar.element,
    share: share.element,
    settings: form.element,
    weights: weights.element,
    runs: runs.element,
    inside: inside.element,
    ending: endingOf(name, (settings) => form.choose(settings)),
    code: code.element,
  });
  place.replaceChildren(root);
  const losses = new LossChart(chart, page.loss, signal);
  runs.draw();
  const picture = page.picture({
    element: stage,
    signal,
    ask: (question) => player.ask(question),
    choose: (settings) => form.choose(settings),
  });
  void keptTraining(name, chosen).then((kept) => {
    if (!signal.aborted) void begin({ run: false, kept });
  });
}

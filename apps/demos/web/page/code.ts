import { highlight } from "sugar-high";
import { element } from "../dom/element.ts";
import type { Settings } from "../session/protocol.ts";
import type { Source } from "./definition.ts";

/**
 * The files that run, one at a time, in colours; `follow` shows the one that these settings run,
 * where there is one.
 */
export function codePanel(sources: readonly Source[]): {
  readonly element: HTMLElement;
  follow(settings: Settings): void;
} {
  const code = element("code");
  const block = element("pre", { class: "code scroll", tabindex: 0, role: "region" }, code);
  const buttons = sources.map((source) =>
    element("button", { type: "button", onclick: () => show(source) }, source.name),
  );
  const show = (source: Source): void => {
    // The library escapes what it is given; the text is our own file.
    code.innerHTML = highlight(source.text.trimEnd());
    block.setAttribute("aria-label", source.name);
    block.scrollTop = 0;
    const chosen = sources.indexOf(source);
    for (const [i, each] of buttons.entries())
      each.setAttribute("aria-pressed", String(i === chosen));
  };
  let followed: Source | undefined;
  const follow = (settings: Settings): void => {
    const source = sources.find(({ when }) => when && settings[when.control] === when.option);
    if (source !== undefined && source !== followed) show(source);
    followed = source;
  };
  if (sources[0] !== undefined) show(sources[0]);
  return {
    element: element("div", {}, element("div", { class: "tabs" }, ...buttons), block),
    follow,
  };
}

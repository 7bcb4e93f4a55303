/** Calls what belongs to a key, unless something is typed or the key has a meaning where the focus is. */
export function onKeys(keys: Readonly<Record<string, () => void>>, signal: AbortSignal): void {
  const press = (event: KeyboardEvent): void => {
    const { key, target, ctrlKey, metaKey, altKey, repeat } = event;
    const act = keys[key.toLowerCase()];
    if (act === undefined || ctrlKey || metaKey || altKey || repeat || event.defaultPrevented)
      return;
    if (target instanceof Element && takes(target, key)) return;
    event.preventDefault();
    act();
  };
  addEventListener("keydown", press, { signal });
}

/** What letters do nothing on: sliders, boxes to tick, buttons. */
const UNWRITTEN = ["range", "checkbox", "radio", "file", "button", "submit", "reset", "color"];

function takes(target: Element, key: string): boolean {
  if (target instanceof HTMLInputElement && !UNWRITTEN.includes(target.type)) return true;
  if (target.closest("select, textarea, [contenteditable]") !== null) return true;
  return key === " " && target.closest("button, a, summary, input:not([type=range])") !== null;
}

import { element } from "../dom/element.ts";

interface Listener {
  save(): void;
  load(file: File): void;
}

/** The weights, down as a file and up again. */
export function weightsPanel({ save, load }: Listener): HTMLElement {
  const input = element("input", {
    id: "weights",
    type: "file",
    accept: ".safetensors",
    onchange: () => {
      const [file] = input.files ?? [];
      if (file !== undefined) load(file);
      input.value = "";
    },
  });
  return element(
    "div",
    { class: "weights" },
    element("button", { onclick: () => save() }, "Download weights"),
    element(
      "div",
      { class: "control" },
      element("label", { for: "weights" }, "Load weights"),
      input,
    ),
    element("small", {}, "safetensors, as Python reads and writes them"),
  );
}

/** Offers bytes as a file. */
export function download(bytes: Uint8Array, name: string): void {
  const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)]));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

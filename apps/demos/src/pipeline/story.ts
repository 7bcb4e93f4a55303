import type { Panel } from "../shared/panel.ts";
import { heading, say, table, tell } from "../shared/terminal.ts";

export type Cell = string | number;

/** What a step of the story shows, in order. */
export type Block =
  | { readonly kind: "text"; readonly lines: readonly string[] }
  | { readonly kind: "plain"; readonly text: string }
  | { readonly kind: "table"; readonly names: readonly string[]; readonly rows: readonly Cell[][] }
  | { readonly kind: "pictures"; readonly panels: readonly Panel[] };

export interface Chapter {
  readonly title: string;
  readonly blocks: Block[];
}

/** Says on the terminal what happens, and remembers it for the report. */
export class Story {
  readonly chapters: Chapter[] = [];

  step(title: string): void {
    const numbered = `${this.chapters.length + 1}. ${title}`;
    this.chapters.push({ title: numbered, blocks: [] });
    heading(numbered);
  }

  say(...lines: readonly string[]): void {
    this.#blocks.push({ kind: "text", lines });
    tell(...lines);
  }

  /** Text whose lines and columns stand as they are. */
  plain(text: string): void {
    this.#blocks.push({ kind: "plain", text });
    say(text);
  }

  table(names: readonly string[], rows: readonly Cell[][]): void {
    this.#blocks.push({ kind: "table", names, rows });
    table(names, rows);
  }

  /** For the report only. */
  show(...panels: readonly Panel[]): void {
    if (panels.length > 0) this.#blocks.push({ kind: "pictures", panels });
  }

  get panels(): Panel[] {
    return this.chapters.flatMap(({ blocks }) =>
      blocks.flatMap((block) => (block.kind === "pictures" ? block.panels : [])),
    );
  }

  get #blocks(): Block[] {
    const chapter = this.chapters.at(-1);
    if (chapter === undefined) throw new Error("a story begins with a step");
    return chapter.blocks;
  }
}

/** Three decimals, and no minus before zeros. */
export const three = (value: number): string => (Math.round(value * 1000) / 1000 + 0).toFixed(3);

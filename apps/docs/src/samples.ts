/** The programs of pages: their ts blocks that import something. Other blocks are fragments. */

export interface Sample {
  readonly code: string;
  /** It needs Node: files, ranks. A page does not offer to run it. */
  readonly node: boolean;
}

const isProgram = (code: string): boolean => /^import .*from "/ms.test(code);

export function samplesIn(markdown: string): Sample[] {
  return [...markdown.matchAll(/```ts( node)?\n([\s\S]*?)```/g)]
    .map(([, node, code]) => ({ code: code as string, node: node !== undefined }))
    .filter(({ code }) => isProgram(code));
}

/** Whether a block is a program, by what stands behind its backticks. */
export const isSample = (info: string, code: string): boolean =>
  /^ts( node)?$/.test(info) && isProgram(code);

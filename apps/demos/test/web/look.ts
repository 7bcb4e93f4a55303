import type { Locator, Page } from "playwright";

/** What does not fit on the page: what is wider than the window, text outside of its box or its card, letters outside of a chart. */
export const spills = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const [AIR, LINE] = [1.5, 4];
    const found: string[] = [];
    const say = (element: Element, what: string): void => {
      const { tagName, className, textContent } = element;
      const text = (textContent ?? "").trim().slice(0, 40);
      found.push(`${tagName.toLowerCase()}.${String(className)} “${text}” ${what}`);
    };
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) {
      found.push(`the page is ${root.scrollWidth} wide in a window of ${root.clientWidth}`);
    }
    const scrolls = (element: Element): boolean =>
      /auto|scroll|hidden/.test(getComputedStyle(element).overflowX);
    const wider = (a: DOMRect, b: DOMRect): boolean =>
      a.left < b.left - AIR || a.right > b.right + AIR;
    // The room above and below letters may be outside, the letters themselves not.
    const outside = (a: DOMRect, b: DOMRect): boolean =>
      wider(a, b) || a.top < b.top - LINE || a.bottom > b.bottom + LINE;

    // What is folded away has a place, and is not seen.
    const seen = (element: Element): boolean => element.checkVisibility();

    for (const svg of document.querySelectorAll("svg")) {
      const edge = svg.getBoundingClientRect();
      for (const text of svg.querySelectorAll("text")) {
        const box = text.getBoundingClientRect();
        if (box.width > 0 && outside(box, edge)) say(text, "is outside of its chart");
      }
    }

    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
      const parent = node.parentElement;
      if (parent === null || (node.textContent ?? "").trim() === "") continue;
      if (!seen(parent)) continue;
      if (parent.closest("svg, select, script, noscript, .skip, [hidden]") !== null) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      let box: Element = parent;
      while (getComputedStyle(box).display === "inline" && box.parentElement)
        box = box.parentElement;
      for (let over: Element | null = box; over !== null; over = over.parentElement) {
        if (scrolls(over)) break;
        const edge = over.getBoundingClientRect();
        const cut = over === box ? wider : outside;
        if ([...range.getClientRects()].some((rect) => cut(rect, edge))) {
          say(parent, `is outside of ${over.tagName.toLowerCase()}.${over.className}`);
          break;
        }
        if (over.matches("section, .toolbar, .notice, .weights, header")) break;
      }
    }

    for (const element of document.querySelectorAll(
      "button, input, select, textarea, canvas, svg, progress",
    )) {
      const card = element.parentElement?.closest(
        "section, .toolbar, .notice, .weights, header, .card",
      );
      const edge = card?.getBoundingClientRect();
      const box = element.getBoundingClientRect();
      if (!seen(element)) continue;
      if (edge === undefined || box.width === 0 || element.closest(".scroll") !== null) continue;
      if (outside(box, edge)) say(element, "is outside of its card");
    }
    return found;
  });

/** Texts of a chart that lie on each other. */
export const collisions = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = [];
    for (const svg of document.querySelectorAll("svg")) {
      const texts = [...svg.querySelectorAll("text")].filter(
        (text) => text.getBoundingClientRect().width > 0,
      );
      for (const [i, a] of texts.entries()) {
        for (const b of texts.slice(i + 1)) {
          const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
          const apart =
            p.right <= q.left + 1 ||
            q.right <= p.left + 1 ||
            p.bottom <= q.top + 3 ||
            q.bottom <= p.top + 3;
          if (!apart) found.push(`“${a.textContent}” and “${b.textContent}”`);
        }
      }
    }
    return found;
  });

/** How many colours there are where an element is, as it is seen. */
export async function coloursOf(element: Locator): Promise<number> {
  const png = (await element.screenshot()).toString("base64");
  return element.page().evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context?.drawImage(image, 0, 0);
    const { data: dots = new Uint8ClampedArray() } =
      context?.getImageData(0, 0, image.width, image.height) ?? {};
    const words = new Uint32Array(dots.buffer);
    return new Set(words).size;
  }, png);
}

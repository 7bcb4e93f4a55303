/** `pnpm --filter @wgrad/demos preview` draws docs/preview.png, which links to the site and the gallery show: a page while it trains. */
import { writeFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";
import { press, stateIs, stepOf } from "./demo.ts";
import { openSite, visit } from "./site.ts";

const path = new URL("../../../../docs/preview.png", import.meta.url).pathname;
const SIZE = { width: 1200, height: 630 };
const STEPS = 150;
const TITLE = "<b>wgrad</b> Deep learning in TypeScript that trains in your browser";

/** Numbers of 32 bits as bytes, the highest first. */
function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const named = Buffer.concat([Buffer.from(name), data]);
  return Buffer.concat([word(data.length), named, word(crc32(named))]);
}

const distance = (a: number, b: number): number =>
  [0, 8, 16].reduce((sum, at) => sum + (((a >> at) & 255) - ((b >> at) & 255)) ** 2, 0);

/** A PNG of at most 256 colours, the most frequent ones: of screenshots a third of the usual size. */
function encoded(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const colours = Array.from({ length: width * height }, (_, i) =>
    [0, 1, 2].reduce((sum, at) => sum | ((pixels[4 * i + at] as number) << (8 * at)), 0),
  );
  const counts = new Map<number, number>();
  for (const colour of colours) {
    const coarse = colour & 0xfcfcfc;
    counts.set(coarse, (counts.get(coarse) ?? 0) + 1);
  }
  const palette = [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 256)
    .map(([colour]) => colour | 0x030303);
  const nearest = new Map<number, number>();
  const indexOf = (colour: number): number => {
    const known = nearest.get(colour);
    if (known !== undefined) return known;
    let best = 0;
    for (let i = 1; i < palette.length; i++) {
      const [one, other] = [palette[i] as number, palette[best] as number];
      if (distance(colour, one) < distance(colour, other)) best = i;
    }
    nearest.set(colour, best);
    return best;
  };
  const rows = new Uint8Array(height * (width + 1)); // a row begins with its filter: none
  for (const [i, colour] of colours.entries()) {
    rows[Math.floor(i / width) * (width + 1) + 1 + (i % width)] = indexOf(colour);
  }
  const list = palette.flatMap((colour) => [colour & 255, (colour >> 8) & 255, colour >> 16]);
  return Buffer.concat([
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    chunk("IHDR", Buffer.concat([word(width), word(height), Uint8Array.of(8, 3, 0, 0, 0)])),
    chunk("PLTE", Uint8Array.from(list)),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", new Uint8Array()),
  ]);
}

const site = await openSite({ gpu: false });
const { page } = await visit(site, "boundary?device=wasm", {
  viewport: SIZE,
  colorScheme: "light",
});
await stateIs(page, "ready", 120_000);
await page.addStyleTag({
  content:
    "header.site{font-size:1.7rem!important;padding:1rem 1.25rem!important;display:block!important;color:inherit}" +
    "header.site b{margin-right:.6em;color:#235fc2}",
});
await page.locator("header.site").evaluate((header, html) => {
  header.innerHTML = html;
}, TITLE);
await press(page, "Start");
while ((await stepOf(page)) < STEPS) await page.waitForTimeout(50);
const png = (await page.screenshot()).toString("base64");
const pixels = await page.evaluate(async (data) => {
  const image = new Image();
  image.src = `data:image/png;base64,${data}`;
  await image.decode();
  const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
  if (context === null) throw new Error("the canvas has no context");
  context.drawImage(image, 0, 0);
  const { data: bytes } = context.getImageData(0, 0, image.width, image.height);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}, png);
const bytes = encoded(Buffer.from(pixels, "base64"), SIZE.width, SIZE.height);
writeFileSync(path, bytes);
await site.close();
console.log(`${path}: ${bytes.length} bytes`);

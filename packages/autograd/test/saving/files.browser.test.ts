import { beforeAll, expect, test } from "vitest";
import { init, tensor } from "../../src/index.ts";
import { download, load, opfs, save, toBlob } from "../../src/saving.ts";

beforeAll(async () => {
  await init({ device: "cpu" });
});

const state = () => ({ weight: tensor([1, 2]), epoch: 3 });

test("the origin's file system: written, read, written over", async () => {
  const file = opfs("runs/one/model.safetensors");
  await save(state(), file);
  await save({ ...state(), epoch: 4 }, file);
  const { weight, epoch } = await load<ReturnType<typeof state>>(file);
  expect([await weight.tolist(), epoch]).toEqual([[1, 2], 4]);
  await expect(load(opfs("runs/two"))).rejects.toThrow("runs/two: no such file or folder");
  expect(await load(await file.handle(false))).toMatchObject({ epoch: 4 });
});

test("a failed save leaves the file as it was", async () => {
  const file = opfs("kept.safetensors");
  await save(state(), file);
  await expect(save({ f: () => 1 }, file)).rejects.toThrow("f is a function");
  expect(await load(file)).toMatchObject({ epoch: 3 });
});

test("a Blob, its address, a File, its bytes", async () => {
  const blob = await toBlob(state());
  const address = URL.createObjectURL(blob);
  const named = new File([blob], "model.safetensors");
  for (const source of [blob, address, named, await blob.arrayBuffer()]) {
    expect(await load(source)).toMatchObject({ epoch: 3 });
  }
  URL.revokeObjectURL(address);
  await expect(load(new File(["x"], "notes.txt"))).rejects.toThrow("load: notes.txt: safetensors");
});

test("a path is no place in a browser", async () => {
  await expect(save(state(), "model.safetensors")).rejects.toThrow(
    'save: this platform has no paths, got "model.safetensors"\n  hint: use opfs(path)',
  );
});

test("a download has the name and the bytes", async () => {
  const blob = await toBlob(state());
  let link: HTMLAnchorElement | undefined;
  const seen = (event: Event): void => {
    event.preventDefault();
    link = event.target as HTMLAnchorElement;
  };
  const { click } = HTMLAnchorElement.prototype;
  HTMLAnchorElement.prototype.click = function (): void {
    this.addEventListener("click", seen);
    click.call(this);
  };
  try {
    download(blob, "model.safetensors");
  } finally {
    HTMLAnchorElement.prototype.click = click;
  }
  expect(link?.download).toBe("model.safetensors");
  expect(await load(link?.href as string)).toMatchObject({ epoch: 3 });
});

import { Presets, SingleBar } from "cli-progress";

/** Says how far training is: a bar on a terminal, one closing line elsewhere. */
export class Progress {
  readonly #bar: SingleBar | null;
  readonly #total: number;
  readonly #started = performance.now();
  #loss = Number.NaN;

  constructor(total: number) {
    this.#total = total;
    this.#bar = process.stdout.isTTY
      ? new SingleBar(
          {
            format: "  {bar} epoch {value}/{total}  loss {loss}  {rest}",
            hideCursor: true,
            clearOnComplete: true,
          },
          Presets.shades_classic,
        )
      : null;
    this.#bar?.start(total, 0, { loss: "…", rest: "" });
  }

  update(epoch: number, loss: number): void {
    this.#loss = loss;
    const seconds = (performance.now() - this.#started) / 1000;
    const left = Math.ceil((seconds / epoch) * (this.#total - epoch));
    this.#bar?.update(epoch, { loss: loss.toPrecision(4), rest: left > 0 ? `${left} s left` : "" });
  }

  stop(): void {
    this.#bar?.stop();
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1);
    console.log(`  ${this.#total} epochs in ${seconds} s, last loss ${this.#loss.toPrecision(4)}`);
  }
}

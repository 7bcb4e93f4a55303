import { t } from "../../../src/shared/language.ts";
import { element } from "../../dom/element.ts";

/** Pictures a second that are looked at. */
const RATE = 4;

/**
 * What the camera sees, as a square; it is asked for when it is switched on, and off when the page
 * is left.
 */
export class Camera {
  readonly element: HTMLVideoElement;
  #stream: MediaStream | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(signal: AbortSignal) {
    this.element = element("video", {
      class: "camera",
      muted: true,
      playsinline: true,
      "aria-label": t("What the camera sees"),
    });
    signal.addEventListener("abort", () => this.off());
  }

  get isOn(): boolean {
    return this.#stream !== null;
  }

  /**
   * `looked` is called with every picture. Throws where there is no camera, or the user refuses it.
   */
  async on(side: number, looked: (dots: Uint8ClampedArray) => void): Promise<void> {
    const devices = globalThis.navigator.mediaDevices as MediaDevices | undefined;
    if (devices === undefined) throw new TypeError("a camera needs a secure address (https)");
    this.#stream = await devices.getUserMedia({ video: { facingMode: "environment" } });
    this.element.srcObject = this.#stream;
    await this.element.play();
    this.#timer = setInterval(() => looked(this.picture(side)), 1000 / RATE);
  }

  off(): void {
    clearInterval(this.#timer);
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.element.srcObject = null;
  }

  /** The middle of what it sees now. */
  picture(side: number): Uint8ClampedArray {
    const { videoWidth: width, videoHeight: height } = this.element;
    const square = Math.min(width, height);
    const context = new OffscreenCanvas(side, side).getContext("2d");
    if (context === null) throw new TypeError("this browser draws on no canvas");
    const [x, y] = [(width - square) / 2, (height - square) / 2];
    context.drawImage(this.element, x, y, square, square, 0, 0, side, side);
    return context.getImageData(0, 0, side, side).data;
  }
}

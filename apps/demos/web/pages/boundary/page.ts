import trainSource from "../../../src/shared/classifier.ts?raw";
import { extent } from "../../../src/shared/many.ts";
import { classColors } from "../../../src/shared/panel.ts";
import { channels, SquareCanvas } from "../../charts/canvas.ts";
import { color } from "../../dom/theme.ts";
import type { Page, Picture, Stage } from "../../page/definition.ts";
import { percent } from "../../page/format.ts";
import type { Snapshot } from "./lesson.ts";
import lessonSource from "./lesson.ts?raw";
import modelSource from "./model.ts?raw";

export const page: Page = {
  about: [
    "Which class is where? The network sees the dots only; the colours are what it would say anywhere else, the paler the less sure.",
    "A network of two units can bend its border once or twice: give it spirals, and then more width.",
  ],
  caption: "What the network says, place by place",
  controls: [
    {
      name: "data",
      label: "Points",
      value: "moons",
      options: {
        moons: "two moons",
        circles: "a circle in a circle",
        spirals: "two spirals",
        arms: "three spirals",
      },
    },
    { name: "noise", label: "Noise", value: 0.1, values: [0, 0.02, 0.05, 0.1, 0.2, 0.3] },
    { name: "width", label: "Width", value: 16, values: [2, 4, 8, 16, 32, 64] },
    {
      name: "lr",
      label: "Learning rate",
      value: 0.01,
      values: [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
      live: true,
    },
    { name: "batch", label: "Batch", value: 64, values: [8, 16, 32, 64, 128, 400] },
  ],
  loss: { label: "Cross-entropy of the batch" },
  pace: { steps: 8, milliseconds: 50 },
  measures: {
    accuracy: {
      label: "Accuracy on 1,000 unseen points",
      format: percent(1),
    },
  },
  sources: [
    { name: "model.ts", text: modelSource },
    { name: "lesson.ts", text: lessonSource },
    { name: "classifier.ts", text: trainSource },
  ],
  picture: (stage) => picture(stage) as Picture<unknown>,
};

function picture({ element, signal }: Stage): Picture<Snapshot> {
  const canvas = new SquareCanvas(element, "Points of each class, and the regions", signal);
  return {
    draw(snapshot) {
      const { points, labels, reach, middle } = snapshot;
      canvas.draw((context, side) => {
        context.imageSmoothingEnabled = true;
        context.drawImage(regions(snapshot), 0, 0, side, side);
        const scale = side / (2 * reach);
        context.lineWidth = 1.2;
        context.strokeStyle = color("card");
        labels.forEach((label, i) => {
          const x = scale * ((points[2 * i] as number) - middle[0] + reach);
          const y = scale * (middle[1] + reach - (points[2 * i + 1] as number));
          context.beginPath();
          context.arc(x, y, 4, 0, 2 * Math.PI);
          context.fillStyle = classColors[label] as string;
          context.fill();
          context.stroke();
        });
      });
    },
  };
}

/**
 * Every place in the colour of its likeliest class, over the card's, as strongly as the network is
 * sure.
 */
function regions({ chances, side, classes }: Snapshot): OffscreenCanvas {
  const image = new ImageData(side, side);
  const ground = channels(color("card"));
  const colors = classColors.slice(0, classes).map(channels);
  for (let k = 0; k < side * side; k++) {
    const row = chances.subarray(k * classes, (k + 1) * classes);
    const [, most] = extent(row);
    const ink = colors[row.indexOf(most)] ?? ground;
    const strength = 0.6 * ((most - 1 / classes) / (1 - 1 / classes));
    for (let c = 0; c < 3; c++) {
      const from = ground[c] as number;
      image.data[4 * k + c] = from + strength * ((ink[c] as number) - from);
    }
    image.data[4 * k + 3] = 255;
  }
  const small = new OffscreenCanvas(side, side);
  small.getContext("2d")?.putImageData(image, 0, 0);
  return small;
}

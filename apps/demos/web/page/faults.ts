import type { Page } from "./definition.ts";

/** What a notice is headed with when an error stopped something. */
export function headingOf({ name }: Error): string {
  if (name === "DeviceLostError") return "The graphics device was lost";
  if (name === "DeviceError") return "This device is not here";
  if (name === "DataError") return "The file cannot be used";
  if (name === "WeightsError") return "The weights cannot be used";
  if (name === "FetchError") return "The data could not be loaded";
  return "That did not work";
}

/** What is said of a training whose numbers are not finite any more. */
export function divergence(page: Page, step: number): { heading: string; text: string } {
  const rate = page.controls.find(({ name }) => name === "lr")?.label ?? "Learning rate";
  return {
    heading: `The training diverged at step ${step.toLocaleString("en")}`,
    text:
      "The loss or the weights became infinite or no numbers at all: the steps were too large, and each made the error larger. " +
      `Lower “${rate}” and press Reset. What you see is the last good picture.`,
  };
}

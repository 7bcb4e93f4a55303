import { grouped, t } from "../../src/shared/language.ts";
import type { Page } from "./definition.ts";

/** What a notice is headed with when an error stopped something. */
export function headingOf({ name }: Error): string {
  if (name === "DeviceLostError") return t("The graphics device was lost");
  if (name === "DeviceError") return t("This device is not here");
  if (name === "DataError") return t("The file cannot be used");
  if (name === "WeightsError") return t("The weights cannot be used");
  if (name === "FetchError") return t("The data could not be loaded");
  return t("That did not work");
}

/** What is said of a training whose numbers are not finite any more. */
export function divergence(page: Page, step: number): { heading: string; text: string } {
  const rate = page.controls.find(({ name }) => name === "lr")?.label ?? t("Learning rate");
  return {
    heading: t("The training diverged at step {step}", { step: grouped(step) }),
    text: t(
      "The loss or the weights became infinite or not a number: the steps were too large, and each made the error larger. Lower “{rate}” and press Reset. What you see is the last good picture.",
      { rate },
    ),
  };
}

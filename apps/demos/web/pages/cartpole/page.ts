import deepQSource from "../../../src/cartpole/deep-q.ts?raw";
import cartSource from "../../../src/cartpole/environment.ts?raw";
import policySource from "../../../src/cartpole/policy-gradient.ts?raw";
import { t } from "../../../src/shared/language.ts";
import type { Page, Picture } from "../../page/definition.ts";
import { decimals } from "../../page/format.ts";
import { Carts } from "./carts.ts";
import type { Snapshot } from "./lesson.ts";
import "./page.css";

export const page: Page = {
  about: [
    t(
      "A cart is pushed left or right, fifty times a second, and the pole on it must not fall. Nobody says how. Policy gradient plays whole episodes, and then makes those pushes likelier that led to more than was expected. Deep Q-learning remembers pushes and what came of them, learns from a few of these at every step what each push is worth, and takes the worthier one.",
    ),
    t(
      "You see the episodes it has just learned from, all at once and at their real speed, one of them in colour. An episode is over when the pole leans 12°, when the cart reaches a post, or after 500 pushes, ten seconds.",
    ),
  ],
  caption: t("The carts it has just learned from"),
  controls: [
    {
      name: "way",
      label: t("Way to learn"),
      value: "policy",
      options: { policy: t("policy gradient"), "deep-q": t("double deep Q-learning") },
    },
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.02,
      values: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1],
      live: true,
      when: { control: "way", option: "policy" },
      hint: t("During training it falls evenly from this to 0."),
    },
    {
      name: "lr",
      label: t("Learning rate"),
      value: 0.0005,
      values: [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005],
      live: true,
      when: { control: "way", option: "deep-q" },
      hint: t("During training it falls evenly from this to 5 % of it."),
    },
    { name: "carts", label: t("Carts at a time"), value: 16, values: [4, 8, 16, 32] },
  ],
  loss: { label: t("Pushes an episode"), name: t("Pushes an episode") },
  measures: {
    pushes: { label: t("Pushes an episode (greedy)"), format: decimals(1) },
  },
  sources: [
    {
      name: "policy-gradient.ts",
      text: policySource,
      when: { control: "way", option: "policy" },
    },
    { name: "deep-q.ts", text: deepQSource, when: { control: "way", option: "deep-q" } },
    { name: "environment.ts", text: cartSource },
  ],
  lesson: {
    names: ["cartpole"],
    teaches: t("two ways to learn from rewards, beside rules that a person would try"),
  },
  picture: ({ element, signal }) => {
    const carts = new Carts(element, signal);
    const picture: Picture<Snapshot> = {
      draw({ episodes }, { step }) {
        if (step === 0) carts.show([], t("No pole has fallen yet"));
        else if (episodes.length > 0) carts.show(episodes, t("Step {step}", { step }));
      },
    };
    return picture as Picture<unknown>;
  },
};

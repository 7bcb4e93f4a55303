import { t } from "../../src/shared/language.ts";
import type { Endings } from "./ending.ts";

/** Pages that read and write. */
export const texts: Endings = {
  word2vec: () => ({
    answer: t("Words that stand among the same words get vectors that point the same way."),
    experiments: [
      {
        try: t("Ask for “captain”, then for “whale”, while it trains."),
        expect: t("At first the neighbours are frequent words, later words from the same scenes."),
      },
      {
        try: t("Add the speeches to the novel."),
        expect: t("Words of politics form an island of their own."),
        with: { text: "both" },
      },
      {
        try: t("A very small learning rate."),
        expect: t("The map hardly moves: neighbours stay nearly at random."),
      },
    ],
  }),
  sentiment: () => ({
    answer: t(
      "About four of five unseen sentences are judged rightly; a single “not” is what it misses most.",
    ),
    experiments: [
      {
        try: t("Write “The food was not good.”"),
        expect: t("“good” pulls to praise, and “not” may be too weak to turn it."),
      },
      {
        try: t("No words left out while learning."),
        expect: t(
          "The training loss falls faster; the accuracy on unseen sentences does not gain.",
        ),
        with: { wordDropout: 0 },
      },
      {
        try: t("Put the strongest word last, then first."),
        expect: t(
          "The verdict is nearly the same: what a feature has seen at its strongest counts.",
        ),
      },
    ],
  }),
  sentences: () => ({
    answer: t(
      "Sentences that mean the same lie close together in 512 numbers, even if they share no word.",
    ),
    experiments: [
      {
        try: t("Write two sentences with the same words and another meaning."),
        expect: t("The cosine stays high: order counts for little here."),
      },
      {
        try: t("20 labels instead of 100."),
        expect: t("Accuracy falls only a little: the encoder has done most of the work."),
        with: { labels: 20 },
      },
      {
        try: t("240 labels."),
        expect: t("It gains a few more points, each dearer than the one before."),
        with: { labels: 240 },
      },
    ],
  }),
  gpt: () => ({
    answer: t(
      "What comes next is a chance for each character; the model learns letters, then words, and how far it looks back decides the rest.",
    ),
    experiments: [
      {
        try: t("Temperature 0.1, then 1.5."),
        expect: t("Cold, it repeats what is likeliest; hot, it invents words."),
        with: { temperature: 0.1 },
      },
      {
        try: t("A context of 8 characters."),
        expect: t("Words come out, sentences do not: it cannot see their beginning."),
        with: { context: 8 },
      },
      {
        try: t("Two layers, width 64, 4,000 steps."),
        expect: t("Slower, and the perplexity gets lower than with one narrow layer."),
        with: { layers: 2, features: 64, steps: 4000 },
      },
    ],
  }),
  translate: () => ({
    answer: t("It learns to put together known pieces; what it has never seen it can only guess."),
    experiments: [
      {
        try: t("Write a sentence from the list with another word in it."),
        expect: t("The pieces around it stay; an unknown word is left out or replaced."),
      },
      {
        try: t("Messages of at most 4 words."),
        expect: t("Fewer sentences to learn from: unseen ones are translated worse."),
        with: { longest: 4 },
      },
      {
        try: t("80 epochs."),
        expect: t(
          "The training loss goes on falling, the perplexity on unseen sentences turns up.",
        ),
        with: { epochs: 80 },
      },
    ],
  }),
  finetune: () => ({
    answer: t(
      "Teaching all weights costs thousands of numbers for each task; LoRA's few come close to it.",
    ),
    experiments: [
      {
        try: t("Compare the two texts it writes at the end."),
        expect: t("Both sound more like speeches than the novel that they began with."),
      },
      {
        try: t("Read the novel for fewer steps."),
        expect: t("LoRA suffers more: it can only bend what is there."),
      },
      {
        try: t("A higher rank."),
        expect: t("More numbers learn, and LoRA comes nearer to all weights."),
      },
    ],
  }),
};

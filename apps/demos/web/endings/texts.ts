import type { Ending } from "./ending.ts";

/** Pages that read and write. */
export const texts: Readonly<Record<string, Ending>> = {
  word2vec: {
    answer: "Words that stand among the same words get vectors that point the same way.",
    experiments: [
      {
        try: "Ask for “captain”, then for “whale”, while it trains.",
        expect: "At first the neighbours are frequent words, later words from the same scenes.",
      },
      {
        try: "Add the speeches to the novel.",
        expect: "Words of politics form an island of their own.",
        with: { text: "both" },
      },
      {
        try: "A very small learning rate.",
        expect: "The map hardly moves: neighbours stay nearly at random.",
      },
    ],
  },
  sentiment: {
    answer:
      "About four of five unseen sentences are judged rightly; a single “not” is what it misses most.",
    experiments: [
      {
        try: "Write “The food was not good.”",
        expect: "“good” pulls to praise, and “not” may be too weak to turn it.",
      },
      {
        try: "No words left out while learning.",
        expect: "The training loss falls faster; the accuracy on unseen sentences does not gain.",
        with: { wordDropout: 0 },
      },
      {
        try: "Put the strongest word last, then first.",
        expect: "The verdict is nearly the same: what a feature has seen at its strongest counts.",
      },
    ],
  },
  sentences: {
    answer:
      "Sentences that mean the same lie close together in 512 numbers, even if they share no word.",
    experiments: [
      {
        try: "Write two sentences with the same words and another meaning.",
        expect: "The cosine stays high: order counts for little here.",
      },
      {
        try: "20 labels instead of 100.",
        expect: "Accuracy falls only a little: the encoder has done most of the work.",
        with: { labels: 20 },
      },
      {
        try: "240 labels.",
        expect: "It gains a few more points, each dearer than the one before.",
        with: { labels: 240 },
      },
    ],
  },
  gpt: {
    answer:
      "What comes next is a chance for each character; the model learns letters, then words, and how far it looks back decides the rest.",
    experiments: [
      {
        try: "Temperature 0.1, then 1.5.",
        expect: "Cold it repeats what is likeliest, hot it invents words.",
        with: { temperature: 0.1 },
      },
      {
        try: "A context of 8 characters.",
        expect: "Words come out, sentences do not: it cannot see their beginning.",
        with: { context: 8 },
      },
      {
        try: "Two layers, width 64, 4,000 steps.",
        expect: "Slower, and the perplexity gets lower than with one narrow layer.",
        with: { layers: 2, features: 64, steps: 4000 },
      },
    ],
  },
  translate: {
    answer: "It learns to put together known pieces; what it has never seen it can only guess.",
    experiments: [
      {
        try: "Write a sentence from the list with another word in it.",
        expect: "The pieces around it stay; an unknown word is left out or replaced.",
      },
      {
        try: "Messages of at most 4 words.",
        expect: "Fewer sentences to learn from: unseen ones are translated worse.",
        with: { longest: 4 },
      },
      {
        try: "80 epochs.",
        expect: "The training loss goes on falling, the perplexity on unseen sentences turns up.",
        with: { epochs: 80 },
      },
    ],
  },
  finetune: {
    answer:
      "Teaching all weights costs thousands of numbers for each task; LoRA's few come close to it.",
    experiments: [
      {
        try: "Compare the two texts it writes at the end.",
        expect: "Both sound more like speeches than the novel that they began with.",
      },
      {
        try: "Read the novel for fewer steps.",
        expect: "LoRA suffers more: it can only bend what is there.",
      },
      {
        try: "A higher rank.",
        expect: "More numbers learn, and LoRA comes nearer to all weights.",
      },
    ],
  },
};

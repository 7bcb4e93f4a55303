import { noGrad } from "@wgrad/autograd";
import { accuracy } from "@wgrad/metrics";
import { BagOfWords, fitBagOfWords } from "./bag-of-words.ts";
import type { FoldData, Part } from "./data.ts";
import type { SentimentLSTM } from "./model.ts";

/** What the models reach on the sentences of a fold that were held out. */
export interface FoldScores {
  readonly lstm: number;
  /** tf-idf and logistic regression with C = 1. */
  readonly bag: number;
  /** The same with C = 3: a weaker penalty. */
  readonly looseBag: number;
  /** The LSTM on the sentences it learned from. */
  readonly own: number;
}

export async function scoresOf(
  model: SentimentLSTM,
  { train, test }: FoldData,
): Promise<FoldScores> {
  model.eval();
  const lstmOn = ({ tokens, labels }: Part): Promise<number> =>
    accuracy(noGrad(() => model(tokens)).argmax(1), labels).item();
  const bagWith = async (C: number): Promise<number> => {
    const bag = new BagOfWords(train.bags.columns);
    await fitBagOfWords(bag, train.bags, train.labels, { C });
    return accuracy(
      noGrad(() => bag(test.bags).gt(0).to("i32")),
      test.labels,
    ).item();
  };
  return {
    lstm: await lstmOn(test),
    own: await lstmOn(train),
    bag: await bagWith(1),
    looseBag: await bagWith(3),
  };
}

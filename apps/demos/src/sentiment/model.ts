import { type Tensor, where } from "@wgrad/autograd";
import { Dropout, Embedding, init, Linear, LSTM, Module } from "@wgrad/nn";

/**
 * words → vectors → an LSTM that reads them in order → the maximum of each of its features over
 * time → two classes. tokens: [B, T], 0 behind the end of a sentence → logits [B, 2].
 */
export class SentimentLSTM extends Module<[Tensor], Tensor> {
  readonly embedding: Embedding;
  readonly lstm: LSTM;
  readonly output: Linear;
  readonly dropout: Dropout = new Dropout({ p: 0.4 });

  constructor(words: number, features = 16) {
    super();
    this.embedding = new Embedding(words, features, { paddingIdx: 0 });
    init.normal_(this.embedding.weight, { std: 0.1 });
    this.lstm = new LSTM(features, features, { batchFirst: true });
    this.output = new Linear(features, 2);
  }

  /** What the LSTM has in mind after each word: [B, T, H], from −1 to 1. */
  states(tokens: Tensor): Tensor {
    return this.lstm(this.dropout(this.embedding(tokens)))[0];
  }

  override forward(tokens: Tensor): Tensor {
    const said = tokens.ne(0).unsqueeze(-1);
    const strongest = where(said, this.states(tokens), -1).amax(1); // an LSTM's states lie above −1
    return this.output(this.dropout(strongest));
  }
}

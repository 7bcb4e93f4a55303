import { type Tensor, where } from "@wgrad/autograd";
import { Dropout, Embedding, init, Linear, LSTM, Module } from "@wgrad/nn";

/**
 * words → vectors → an LSTM that reads them in order → the maximum of each of its features over time → two classes.
 * tokens: [B, T], 0 behind the end of a sentence → logits [B, 2].
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

  override forward(tokens: Tensor): Tensor {
    const [states] = this.lstm(this.dropout(this.embedding(tokens))); // [B, T, H]
    const said = tokens.ne(0).unsqueeze(-1);
    const strongest = where(said, states, -1).amax(1); // an LSTM's states lie above −1
    return this.output(this.dropout(strongest));
  }
}

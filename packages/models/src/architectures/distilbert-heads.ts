import { linear, relu, type Tensor, zeros } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Dropout, LayerNorm, Linear, Module, type Parameter, parameter } from "@wgrad/nn";
import { activationOf } from "../activations.ts";
import { type Config, labelCount, Settings } from "../config.ts";
import { initialize } from "../initialize.ts";
import { classLoss, type LogitsOutput, tokenLoss } from "../outputs.ts";
import { DistilBertModel, type DistilBertOptions, EPS } from "./distilbert.ts";

/** Options of a call with labels. */
export interface LabelledDistilBertOptions extends DistilBertOptions {
  /** Class indices, or token ids with −100 for tokens that do not count. */
  readonly labels?: Tensor | null;
}

/** DistilBERT with a classifier on the first token; with one label it is a regression. */
export class DistilBertForSequenceClassification extends Module {
  static readonly prefix = "distilbert";
  distilbert: DistilBertModel;
  preClassifier: Linear;
  classifier: Linear;
  dropout: Dropout;
  readonly config: Config;

  constructor(config: Config) {
    checkCall("new DistilBertForSequenceClassification(config: object)", arguments);
    super();
    const settings = new Settings("DistilBERT", config);
    const width = settings.number(["dim", "hidden_size"]);
    this.config = config;
    this.distilbert = new DistilBertModel(config);
    this.preClassifier = new Linear(width, width);
    this.classifier = new Linear(width, labelCount(settings));
    this.dropout = new Dropout(settings.number("seq_classif_dropout", 0.2));
    for (const head of [this.preClassifier, this.classifier])
      initialize(head, settings.number("initializer_range", 0.02));
  }

  forward(ids: Tensor, options: LabelledDistilBertOptions = {}): LogitsOutput {
    checkCall(
      "DistilBertForSequenceClassification(ids, { attentionMask, labels, outputHiddenStates: boolean, outputAttentions: boolean })",
      arguments,
    );
    const { labels = null, ...body } = options;
    const { lastHiddenState, hiddenStates, attentions } = this.distilbert(ids, body);
    const first = relu(this.preClassifier(lastHiddenState.select(1, 0)));
    const logits = this.classifier(this.dropout(first));
    return { logits, loss: labels && classLoss(logits, labels), hiddenStates, attentions };
  }
}

/** DistilBERT with a masked-language-model head, which shares the word embeddings. */
export class DistilBertForMaskedLM extends Module {
  static readonly prefix = "distilbert";
  distilbert: DistilBertModel;
  vocabTransform: Linear;
  vocabLayerNorm: LayerNorm;
  vocabProjector: Bias;
  readonly config: Config;
  private readonly activation: (x: Tensor) => Tensor;

  constructor(config: Config) {
    checkCall("new DistilBertForMaskedLM(config: object)", arguments);
    super();
    const settings = new Settings("DistilBERT", config);
    const width = settings.number(["dim", "hidden_size"]);
    this.config = config;
    this.distilbert = new DistilBertModel(config);
    this.vocabTransform = new Linear(width, width);
    this.vocabLayerNorm = new LayerNorm(width, { eps: EPS });
    this.vocabProjector = new Bias(settings.number("vocab_size"));
    this.activation = activationOf("DistilBERT", settings.string("activation", "gelu"));
    initialize(this.vocabTransform, settings.number("initializer_range", 0.02));
  }

  forward(ids: Tensor, options: LabelledDistilBertOptions = {}): LogitsOutput {
    checkCall(
      "DistilBertForMaskedLM(ids, { attentionMask, labels, outputHiddenStates: boolean, outputAttentions: boolean })",
      arguments,
    );
    const { labels = null, ...body } = options;
    const { lastHiddenState, hiddenStates, attentions } = this.distilbert(ids, body);
    const x = this.vocabLayerNorm(this.activation(this.vocabTransform(lastHiddenState)));
    const logits = this.vocabProjector(x, this.distilbert.embeddings.wordEmbeddings.weight);
    return { logits, loss: labels && tokenLoss(logits, labels), hiddenStates, attentions };
  }
}

/** The bias of a linear layer whose weight is that of the word embeddings. */
class Bias extends Module {
  bias: Parameter;

  constructor(size: number) {
    super();
    this.bias = parameter(zeros([size]));
  }

  forward(x: Tensor, weight: Tensor): Tensor {
    return linear(x, weight, this.bias);
  }
}

import { linear, type Tensor, zeros } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { Dropout, LayerNorm, Linear, Module, type Parameter, parameter } from "@wgrad/nn";
import { activationOf } from "../activations.ts";
import { type Config, labelCount, Settings } from "../config.ts";
import { initialize } from "../initialize.ts";
import { classLoss, type LogitsOutput, tokenLoss } from "../outputs.ts";
import { BertModel, type BertOptions } from "./bert.ts";

/** Options of a call with labels. */
export interface LabelledBertOptions extends BertOptions {
  /** Class indices, or token ids with −100 for tokens that do not count. */
  readonly labels?: Tensor | null;
}

/** BERT with a classifier on the pooled first token; with one label it is a regression. */
export class BertForSequenceClassification extends Module {
  static readonly prefix = "bert";
  bert: BertModel;
  dropout: Dropout;
  classifier: Linear;
  readonly config: Config;

  constructor(config: Config) {
    checkCall("new BertForSequenceClassification(config: object)", arguments);
    super();
    const settings = new Settings("BERT", config);
    this.config = config;
    this.bert = new BertModel(config);
    const dropoutP = settings.number("hidden_dropout_prob", 0.1);
    this.dropout = new Dropout(settings.number("classifier_dropout", dropoutP));
    this.classifier = new Linear(settings.number("hidden_size"), labelCount(settings));
    initialize(this.classifier, settings.number("initializer_range", 0.02));
  }

  forward(ids: Tensor, options: LabelledBertOptions = {}): LogitsOutput {
    checkCall(
      "BertForSequenceClassification(ids, { attentionMask, tokenTypeIds, positionIds, labels, outputHiddenStates: boolean, outputAttentions: boolean })",
      arguments,
    );
    const { labels = null, ...body } = options;
    const { poolerOutput, hiddenStates, attentions } = this.bert(ids, body);
    const logits = this.classifier(this.dropout(poolerOutput as Tensor));
    return { logits, loss: labels && classLoss(logits, labels), hiddenStates, attentions };
  }
}

class Transform extends Module {
  dense: Linear;
  LayerNorm: LayerNorm;
  private readonly activation: (x: Tensor) => Tensor;

  constructor(settings: Settings, width: number) {
    super();
    this.dense = new Linear(width, width);
    this.LayerNorm = new LayerNorm(width, { eps: settings.number("layer_norm_eps", 1e-12) });
    this.activation = activationOf("BERT", settings.string("hidden_act", "gelu"));
  }

  forward(x: Tensor): Tensor {
    return this.LayerNorm(this.activation(this.dense(x)));
  }
}

class Predictions extends Module {
  transform: Transform;
  bias: Parameter;

  constructor(settings: Settings, width: number) {
    super();
    this.transform = new Transform(settings, width);
    this.bias = parameter(zeros([settings.number("vocab_size")]));
  }

  forward(x: Tensor, table: Tensor): Tensor {
    return linear(this.transform(x), table, this.bias);
  }
}

class MaskedHead extends Module {
  predictions: Predictions;

  constructor(settings: Settings, width: number) {
    super();
    this.predictions = new Predictions(settings, width);
  }

  forward(x: Tensor, table: Tensor): Tensor {
    return this.predictions(x, table);
  }
}

/** BERT with a masked-language-model head, which shares the word embeddings. */
export class BertForMaskedLM extends Module {
  static readonly prefix = "bert";
  bert: BertModel;
  cls: MaskedHead;
  readonly config: Config;

  constructor(config: Config) {
    checkCall("new BertForMaskedLM(config: object)", arguments);
    super();
    const settings = new Settings("BERT", config);
    settings.only("tie_word_embeddings", [true]);
    this.config = config;
    this.bert = new BertModel(config, { addPoolingLayer: false });
    this.cls = new MaskedHead(settings, settings.number("hidden_size"));
    initialize(this.cls, settings.number("initializer_range", 0.02));
  }

  forward(ids: Tensor, options: LabelledBertOptions = {}): LogitsOutput {
    checkCall(
      "BertForMaskedLM(ids, { attentionMask, tokenTypeIds, positionIds, labels, outputHiddenStates: boolean, outputAttentions: boolean })",
      arguments,
    );
    const { labels = null, ...body } = options;
    const { lastHiddenState, hiddenStates, attentions } = this.bert(ids, body);
    const logits = this.cls(lastHiddenState, this.bert.embeddings.wordEmbeddings.weight);
    return { logits, loss: labels && tokenLoss(logits, labels), hiddenStates, attentions };
  }
}

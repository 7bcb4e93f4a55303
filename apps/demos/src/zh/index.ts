import type { Table } from "../shared/language.ts";
import { zh as autoencoder } from "./autoencoder.ts";
import { zh as cancer } from "./cancer.ts";
import { zh as cartpole } from "./cartpole.ts";
import { zh as clusters } from "./clusters.ts";
import { zh as command } from "./command.ts";
import { zh as ddp } from "./ddp.ts";
import { zh as digits } from "./digits.ts";
import { zh as exam } from "./exam.ts";
import { zh as finetune } from "./finetune.ts";
import { zh as gpt } from "./gpt.ts";
import { zh as gridworld } from "./gridworld.ts";
import { zh as hierarchy } from "./hierarchy.ts";
import { zh as housing } from "./housing.ts";
import { zh as mnist } from "./mnist.ts";
import { zh as names } from "./names.ts";
import { zh as overfit } from "./overfit.ts";
import { zh as pipeline } from "./pipeline.ts";
import { zh as sentences } from "./sentences.ts";
import { zh as sentiment } from "./sentiment.ts";
import { zh as shared } from "./shared.ts";
import { zh as transfer } from "./transfer.ts";
import { zh as translate } from "./translate.ts";
import { zh as trees } from "./trees.ts";
import { zh as word2vec } from "./word2vec.ts";

/** All tables of the lessons. */
export const zh: readonly Table[] = [
  autoencoder,
  cancer,
  cartpole,
  clusters,
  command,
  ddp,
  digits,
  exam,
  finetune,
  gpt,
  gridworld,
  hierarchy,
  housing,
  mnist,
  names,
  overfit,
  pipeline,
  sentences,
  sentiment,
  shared,
  transfer,
  translate,
  trees,
  word2vec,
];

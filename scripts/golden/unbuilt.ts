/** Cases that are left out, by `group/id`, each with its reason. */
export const skips: Readonly<Record<string, string>> = {};

const words = (text: string): string[] => text.trim().split(/\s+/);

/**
 * PyTorch's names that this library has no counterpart of yet. Only a name that is missing is looked up here: what gets
 * built runs at once, and its entry is then reported as stale.
 */
export const unbuiltNames: ReadonlySet<string> = new Set(
  Object.values({
    layers: words(
      `nn.Bilinear nn.Embedding nn.EmbeddingBag nn.LSTM nn.GRU nn.RNN nn.LSTMCell nn.GRUCell nn.RNNCell nn.Conv1d
       nn.Conv2d nn.Conv3d nn.ConvTranspose1d nn.ConvTranspose2d nn.BatchNorm1d nn.BatchNorm2d nn.LayerNorm nn.RMSNorm
       nn.GroupNorm nn.InstanceNorm1d nn.InstanceNorm2d nn.LocalResponseNorm nn.MultiheadAttention
       nn.TransformerEncoderLayer nn.TransformerDecoderLayer nn.TransformerEncoder nn.Dropout nn.Dropout2d
       nn.AlphaDropout nn.MaxPool1d nn.MaxPool2d nn.MaxPool3d nn.AvgPool1d nn.AvgPool2d nn.AdaptiveAvgPool1d
       nn.AdaptiveAvgPool2d nn.AdaptiveMaxPool2d nn.Unflatten nn.Upsample nn.PixelShuffle nn.PixelUnshuffle
       nn.ZeroPad2d nn.ReflectionPad2d nn.ReplicationPad1d nn.ConstantPad1d nn.Unfold nn.Fold nn.CosineSimilarity
       nn.PairwiseDistance`,
    ),
    activations: words(`              `),
    init: words(
      `nn.init.calculate_gain nn.init._calculate_fan_in_and_fan_out nn.init.uniform_ nn.init.normal_
       nn.init.trunc_normal_ nn.init.xavier_uniform_ nn.init.xavier_normal_ nn.init.kaiming_uniform_
       nn.init.kaiming_normal_ nn.init.orthogonal_ nn.init.sparse_ nn.init.zeros_ nn.init.ones_ nn.init.constant_
       nn.init.eye_ nn.init.dirac_`,
    ),
    models: words("Seq2SeqAttention TextLSTM Word2Vec ConvNet TinyGPT Policy"),
  }).flat(),
);

/** Namespaces of which nothing is mapped yet: scikit-learn's closed forms. */
const unbuiltNamespaces: readonly string[] = ["sklearn."];

/** Whether a missing name is known to be missing. */
export function isUnbuilt(name: string): boolean {
  return unbuiltNames.has(name) || unbuiltNamespaces.some((scope) => name.startsWith(scope));
}

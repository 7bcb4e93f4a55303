"""What print(module) says, for every layer, loss and container; sources are Python expressions."""
import re
import torch.nn as nn

SOURCES = '''
Identity() | Linear(3, 4) | Linear(3, 4, bias=False) | Bilinear(2, 3, 4) | Bilinear(2, 3, 4, bias=False)
Embedding(5, 3) | Embedding(5, 3, padding_idx=-1) | Embedding(5, 3, max_norm=1.0, norm_type=1.0, scale_grad_by_freq=True)
EmbeddingBag(5, 3) | EmbeddingBag(5, 3, mode='sum', padding_idx=1) | EmbeddingBag(5, 3, mode='max', max_norm=2.0)
RNN(3, 4) | RNN(3, 4, num_layers=2, nonlinearity='relu', dropout=0.5) | LSTM(3, 4, bidirectional=True, batch_first=True, bias=False)
LSTM(3, 4, proj_size=2, num_layers=3) | GRU(3, 4, num_layers=2, dropout=0.25)
RNNCell(3, 4) | RNNCell(3, 4, bias=False, nonlinearity='relu') | LSTMCell(3, 4) | GRUCell(3, 4, bias=False)
Conv1d(2, 4, 3) | Conv1d(2, 4, 3, groups=2, dilation=2, bias=False) | Conv2d(1, 2, (3, 2), padding='same', padding_mode='replicate')
Conv2d(3, 8, 3, stride=2, padding=1) | Conv3d(1, 2, 2, padding=(1, 0, 1)) | Conv2d(1, 2, 3, padding='valid')
ConvTranspose1d(2, 4, 3, stride=2, output_padding=1) | ConvTranspose2d(2, 4, 3, stride=2, padding=1, output_padding=1, groups=2) | ConvTranspose3d(1, 2, 2, bias=False, dilation=2)
MaxPool1d(2) | MaxPool2d(3, stride=2, padding=1) | MaxPool3d((2, 1, 2), ceil_mode=True) | MaxPool2d(2, dilation=2)
AvgPool1d(2) | AvgPool2d(3, stride=(2, 1), padding=1) | AvgPool3d(2)
AdaptiveAvgPool1d(3) | AdaptiveAvgPool2d((None, 2)) | AdaptiveAvgPool3d(2) | AdaptiveMaxPool1d(3) | AdaptiveMaxPool2d((2, 3)) | AdaptiveMaxPool3d((1, None, 2))
LPPool1d(2, 3) | LPPool2d(1.5, 2, stride=1, ceil_mode=True)
ZeroPad2d(1) | ConstantPad1d(2, 0.5) | ConstantPad2d((1, 2, 0, 1), 3.5) | ConstantPad3d(1, 2)
ReflectionPad1d(2) | ReflectionPad2d((1, 2, 3, 4)) | ReflectionPad3d(1) | ReplicationPad1d(2) | ReplicationPad2d(1) | ReplicationPad3d((1, 2, 3, 4, 5, 6))
BatchNorm1d(3) | BatchNorm2d(3, eps=0.001, momentum=None) | BatchNorm3d(3, affine=False, track_running_stats=False)
InstanceNorm1d(3) | InstanceNorm2d(3, affine=True, track_running_stats=True) | InstanceNorm3d(3, momentum=0.5)
LayerNorm(3) | LayerNorm((2, 3), eps=1e-06, elementwise_affine=False) | GroupNorm(2, 4) | GroupNorm(2, 4, affine=False) | LocalResponseNorm(2) | LocalResponseNorm(3, alpha=0.001, beta=0.5, k=2.0)
Dropout() | Dropout(0.3) | Dropout1d(0.2) | Dropout2d() | Dropout3d(0.1) | AlphaDropout() | FeatureAlphaDropout(0.25)
ReLU() | ReLU6() | LeakyReLU() | LeakyReLU(negative_slope=0.2) | ELU() | ELU(alpha=0.5) | CELU() | CELU(alpha=0.5) | SELU() | GELU() | GELU(approximate='tanh') | SiLU() | Mish()
Hardtanh() | Hardtanh(min_val=-2.0, max_val=0.5) | Hardsigmoid() | Hardswish() | Hardshrink() | Hardshrink(lambd=0.25) | Softshrink() | Softshrink(lambd=0.25) | Tanhshrink() | Threshold(0.1, 20)
Sigmoid() | LogSigmoid() | Tanh() | Softplus(beta=0.5, threshold=10.5) | Softsign() | PReLU() | PReLU(4, init=0.1) | GLU() | GLU(dim=1)
Softmax(dim=1) | LogSoftmax(dim=-1) | Softmin(dim=1) | Softmax2d()
Flatten() | Flatten(start_dim=0, end_dim=2) | Unflatten(1, (2, 3)) | Unfold(2) | Unfold((2, 3), dilation=2, padding=1, stride=(1, 2)) | Fold((3, 3), 2) | Fold((4, 5), (2, 2), stride=2)
Upsample(scale_factor=2) | Upsample(size=(4, 5), mode='bilinear') | Upsample(scale_factor=(2, 3), mode='bicubic', align_corners=True) | UpsamplingNearest2d(scale_factor=2) | UpsamplingBilinear2d(size=5)
PixelShuffle(2) | PixelUnshuffle(3) | ChannelShuffle(2) | CosineSimilarity() | CosineSimilarity(dim=0, eps=0.001) | PairwiseDistance() | PairwiseDistance(1.0, keepdim=True)
MultiheadAttention(8, 2) | MultiheadAttention(8, 2, dropout=0.1, bias=False, batch_first=True)
TransformerEncoderLayer(8, 2) | TransformerDecoderLayer(8, 2, dim_feedforward=12, dropout=0.0)
L1Loss() | MSELoss(reduction='sum') | SmoothL1Loss(beta=0.5) | HuberLoss(delta=2.0) | BCELoss() | BCEWithLogitsLoss() | CrossEntropyLoss() | CrossEntropyLoss(ignore_index=3, label_smoothing=0.1) | NLLLoss()
KLDivLoss(log_target=True) | PoissonNLLLoss() | GaussianNLLLoss(full=True) | CTCLoss(blank=1) | CosineEmbeddingLoss(margin=0.2) | HingeEmbeddingLoss() | MarginRankingLoss() | SoftMarginLoss()
MultiMarginLoss(p=2) | MultiLabelMarginLoss() | MultiLabelSoftMarginLoss() | TripletMarginLoss(margin=0.5) | TripletMarginWithDistanceLoss()
Sequential() | Sequential(nn.Linear(2, 3), nn.Sequential(nn.ReLU(), nn.Dropout(0.1)), nn.Linear(3, 1)) | ModuleList() | ModuleList([nn.Linear(2, 3), nn.ReLU()]) | ModuleDict({'a': nn.Linear(2, 3), 'b': nn.Tanh()})
'''

def build(g):
    g.cat('printed')
    for source in SOURCES.replace('\n', ' | ').split(' | '):
        if source == '':
            continue
        source = 'nn.' + source
        text = repr(eval(source))
        if source.startswith(('nn.EmbeddingBag', 'nn.Upsamp')):
            text = re.sub(r'mode=(\w+)', r"mode='\1'", text)  # PyTorch 2 prints the mode with its quotes
        cid = g.new_id(source.split('(')[0])
        g.add({'id': cid, 'printed': source, 'text': text, 'inputs': [], 'outputs': [], 'dtype': 'f32', 'tol': {'atol': 0.0, 'rtol': 0.0}})

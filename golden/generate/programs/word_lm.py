import math, torch, torch.nn as nn
from ref import Ref
ref = Ref('word-lm')
text = ('the cat sat on the mat . the dog sat on the log . a cat saw a dog . the dog saw the cat on the mat . '
        'a dog and a cat sat . the log and the mat saw a cat . ') * 12
class Corpus:
    def __init__(self, words):
        self.word2idx, self.idx2word = {}, []
        ids = []
        for w in words:
            if w not in self.word2idx: self.idx2word.append(w); self.word2idx[w] = len(self.idx2word) - 1
            ids.append(self.word2idx[w])
        self.ids = torch.tensor(ids)
corpus = Corpus(text.split()); ntokens = len(corpus.idx2word)
def batchify(data, bsz):
    nbatch = data.size(0) // bsz; data = data.narrow(0, 0, nbatch * bsz); return data.view(bsz, -1).t().contiguous()
torch.manual_seed(1111)
class RNNModel(nn.Module):
    def __init__(self, ntoken, ninp, nhid, nlayers, tie_weights=True):
        super().__init__()
        self.drop = nn.Dropout(0.0); self.encoder = nn.Embedding(ntoken, ninp); self.rnn = nn.LSTM(ninp, nhid, nlayers); self.decoder = nn.Linear(nhid, ntoken)
        if tie_weights: self.decoder.weight = self.encoder.weight
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1); nn.init.zeros_(self.decoder.bias); nn.init.uniform_(self.decoder.weight, -0.1, 0.1)
        self.ntoken, self.nhid, self.nlayers = ntoken, nhid, nlayers
    def forward(self, input, hidden):
        emb = self.drop(self.encoder(input)); output, hidden = self.rnn(emb, hidden); decoded = self.decoder(self.drop(output)).view(-1, self.ntoken)
        return torch.log_softmax(decoded, dim=1), hidden
    def init_hidden(self, bsz):
        weight = next(self.parameters()); return (weight.new_zeros(self.nlayers, bsz, self.nhid), weight.new_zeros(self.nlayers, bsz, self.nhid))
def repackage_hidden(h):
    if isinstance(h, torch.Tensor): return h.detach()
    return tuple(repackage_hidden(v) for v in h)
bptt = 7
def get_batch(source, i):
    seq_len = min(bptt, len(source) - 1 - i); return source[i:i + seq_len], source[i + 1:i + 1 + seq_len].view(-1)
train = batchify(corpus.ids, 8)
model = RNNModel(ntokens, 24, 24, 2); ref.model('init', model); criterion = nn.NLLLoss(); lr = 5.0
losses, norms, ppl = [], [], []
for epoch in range(3):
    hidden = model.init_hidden(8); total = 0.; n = 0
    for i in range(0, train.size(0) - 1, bptt):
        data, targets = get_batch(train, i); model.zero_grad(); hidden = repackage_hidden(hidden)
        output, hidden = model(data, hidden); loss = criterion(output, targets); loss.backward()
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), 0.25).item())
        for p in model.parameters(): p.data.add_(p.grad, alpha=-lr)
        total += loss.item(); n += 1; losses.append(loss.item())
    ppl.append(math.exp(total / n)); lr /= 2
# greedy generation, the hidden state carried on
hidden = model.init_hidden(1); word = torch.zeros(1, 1, dtype=torch.long); words = []
with torch.no_grad():
    for i in range(12):
        output, hidden = model(word, hidden); idx = output.squeeze().argmax(); word.fill_(idx); words.append(idx.item())
ref.put('losses', losses); ref.put('norms', norms); ref.put('ppl', ppl); ref.put('words', words); ref.model('final', model); ref.save(); print(losses[0], losses[-1], ntokens, len(losses), ppl)

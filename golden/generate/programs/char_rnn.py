import torch, torch.nn as nn
from ref import Ref
ref = Ref('char-rnn')
names = {'Italian': ['Rossi', 'Bianchi', 'Ferrari', 'Russo', 'Esposito', 'Romano', 'Colombo', 'Ricci'],
         'Greek': ['Papadopoulos', 'Nikolaidis', 'Angelopoulos', 'Georgiou', 'Dimitriadis', 'Pappas'],
         'Polish': ['Nowak', 'Kowalski', 'Wisniewski', 'Wojcik', 'Kaminski', 'Lewandowski', 'Zielinski']}
letters = 'abcdefghijklmnopqrstuvwxyz'
cats = list(names)
def line_to_tensor(line):
    t = torch.zeros(len(line), 1, len(letters))
    for i, c in enumerate(line.lower()): t[i][0][letters.index(c)] = 1
    return t
class RNN(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.hidden_size = n_hidden
        self.i2h = nn.Linear(n_in + n_hidden, n_hidden); self.i2o = nn.Linear(n_in + n_hidden, n_out)
        self.softmax = nn.LogSoftmax(dim=1)
    def forward(self, x, hidden):
        combined = torch.cat((x, hidden), 1)
        hidden = torch.tanh(self.i2h(combined)); output = self.softmax(self.i2o(combined))
        return output, hidden
    def init_hidden(self): return torch.zeros(1, self.hidden_size)
torch.manual_seed(1)
rnn = RNN(len(letters), 32, len(cats)); ref.model('init', rnn)
criterion = nn.NLLLoss(); lr = 0.02
pairs = [(c, n) for c in cats for n in names[c]]
losses = []
for epoch in range(6):
    for k in torch.randperm(len(pairs)).tolist():
        cat, name = pairs[k]
        target = torch.tensor([cats.index(cat)]); line = line_to_tensor(name)
        hidden = rnn.init_hidden(); rnn.zero_grad()
        for i in range(line.size(0)): output, hidden = rnn(line[i], hidden)
        loss = criterion(output, target); loss.backward()
        for p in rnn.parameters(): p.data.add_(p.grad.data, alpha=-lr)
        losses.append(loss.item())
conf = torch.zeros(3, 3)
for cat, name in pairs:
    hidden = rnn.init_hidden()
    with torch.no_grad():
        for x in line_to_tensor(name): output, hidden = rnn(x, hidden)
    value, index = output.topk(1); conf[cats.index(cat)][index.item()] += 1
ref.put('losses', losses); ref.put('confusion', conf); ref.model('final', rnn); ref.save(); print(losses[0], losses[-1], conf)

import torch, torch.nn as nn, torch.nn.functional as F
from ref import Ref
ref = Ref('graph')
torch.manual_seed(12345)
N, C, K = 40, 12, 4
y = torch.arange(K).repeat_interleave(N // K)
x = torch.randn(N, C) + F.one_hot(y, C).float() * 2
p = torch.where(y.unsqueeze(0) == y.unsqueeze(1), torch.tensor(0.3), torch.tensor(0.03))
adj = torch.rand(N, N) < p; adj = torch.triu(adj, 1); adj = adj | adj.t()
edge_index = adj.nonzero().t().contiguous()
train_mask = torch.zeros(N, dtype=torch.bool); train_mask[::3] = True
def gcn_norm(edge_index, n):
    loop = torch.arange(n).unsqueeze(0).repeat(2, 1); e = torch.cat([edge_index, loop], 1); row, col = e
    deg = torch.zeros(n).index_add(0, col, torch.ones(e.size(1))); dis = deg.pow(-0.5); dis[dis == float('inf')] = 0
    return e, dis[row] * dis[col]
class GCNConv(nn.Module):
    def __init__(self, i, o):
        super().__init__(); self.lin = nn.Linear(i, o, bias=False); self.bias = nn.Parameter(torch.zeros(o))
    def forward(self, x, e, w):
        x = self.lin(x); row, col = e; out = torch.zeros(x.size(0), x.size(1)); out = out.index_add(0, col, x[row] * w.view(-1, 1)); return out + self.bias
class GAT(nn.Module):
    def __init__(self, i, o):
        super().__init__(); self.lin = nn.Linear(i, o, bias=False); self.att = nn.Parameter(torch.randn(2, o) * 0.1)
    def forward(self, x, e):
        h = self.lin(x); row, col = e; a = F.leaky_relu((h @ self.att[0])[row] + (h @ self.att[1])[col], 0.2)
        m = torch.full((x.size(0),), -1e9).scatter_reduce(0, col, a.detach(), 'amax'); ex = (a - m[col]).exp()
        s = torch.zeros(x.size(0)).scatter_add(0, col, ex); al = ex / s[col]
        return torch.zeros_like(h).scatter_add(0, col.view(-1, 1).expand(-1, h.size(1)), h[row] * al.view(-1, 1))
class Net(nn.Module):
    def __init__(self):
        super().__init__(); self.conv1 = GCNConv(C, 16); self.att = GAT(16, 16); self.conv2 = GCNConv(16, K)
    def forward(self, x, e, w):
        x = F.relu(self.conv1(x, e, w)); x = F.elu(self.att(x, e)); return self.conv2(x, e, w)
net = Net(); ref.model('init', net); e, w = gcn_norm(edge_index, N)
opt = torch.optim.Adam(net.parameters(), lr=0.01, weight_decay=5e-4); losses, accs = [], []
for epoch in range(20):
    net.train(); opt.zero_grad(); out = net(x, e, w); loss = F.cross_entropy(out[train_mask], y[train_mask]); loss.backward(); opt.step(); losses.append(loss.item())
    net.eval()
    with torch.no_grad(): pred = net(x, e, w).argmax(dim=1); accs.append(((pred == y)[~train_mask].sum() / (~train_mask).sum()).item())
ref.put('edges', edge_index); ref.put('w', w); ref.put('losses', losses); ref.put('accs', accs); ref.model('final', net); ref.save(); print(losses[0], losses[-1], accs[-1], edge_index.shape)

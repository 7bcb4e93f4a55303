import torch, torch.nn as nn, torch.nn.functional as F
from ref import Ref
ref = Ref('simclr')
torch.manual_seed(0)
class Enc(nn.Module):
    def __init__(self): super().__init__(); self.f = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.AvgPool2d(2), nn.Conv2d(8, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()); self.g = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 8))
    def forward(self, x): h = self.f(x); return h, self.g(h)
def nt_xent(z1, z2, tau):
    z = F.normalize(torch.cat([z1, z2], 0), dim=1); n = z.size(0); sim = z @ z.t() / tau; sim = sim.masked_fill(torch.eye(n, dtype=torch.bool), float('-inf'))
    tgt = (torch.arange(n) + n // 2) % n; return F.cross_entropy(sim, tgt), (sim.argmax(1) == tgt).float().mean()
m = Enc(); ref.model('m0', m); x = torch.randn(16, 3, 8, 8); o = torch.optim.Adam(m.parameters(), lr=3e-3, weight_decay=1e-6); ls, acc = [], []
for i in range(10):
    flip = torch.rand(16, 1, 1, 1) < 0.5; x1 = torch.where(flip, x.flip(3), x) + 0.2 * torch.randn_like(x); x2 = x * (0.8 + 0.4 * torch.rand(16, 1, 1, 1)) + 0.2 * torch.randn_like(x)
    _, z1 = m(x1); _, z2 = m(x2); loss, a = nt_xent(z1, z2, 0.5); o.zero_grad(); loss.backward(); o.step(); ls.append(loss.item()); acc.append(a.item())
m.eval()
with torch.no_grad(): h, _ = m(x); d = torch.mm(F.normalize(h), F.normalize(h).t()); top = d.topk(3, dim=1)[1]
probe = nn.Linear(16, 2); ref.model('p0', probe); po = torch.optim.SGD(probe.parameters(), lr=0.5); yy = torch.arange(16) % 2; pl = []
for i in range(12): po.zero_grad(); l = F.cross_entropy(probe(h), yy); l.backward(); po.step(); pl.append(l.item())
ref.put('losses', ls); ref.put('acc', acc); ref.put('top', top); ref.put('h', h); ref.put('probe', pl); ref.model('m1', m); ref.save(); print(ls[0], ls[-1], pl[-1])

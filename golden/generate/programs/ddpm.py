import math, torch, torch.nn as nn, torch.nn.functional as F
from ref import Ref
ref = Ref('ddpm')
torch.manual_seed(0)
N, T = 128, 50
th = torch.rand(N) * 2 * math.pi; data = torch.stack([torch.cos(th), torch.sin(th)], 1) + 0.05 * torch.randn(N, 2)
betas = torch.linspace(1e-4, 0.02 * 10, T); alphas = 1. - betas; ac = torch.cumprod(alphas, 0); acp = F.pad(ac[:-1], (1, 0), value=1.0)
sra = torch.sqrt(1.0 / alphas); sac = torch.sqrt(ac); s1ac = torch.sqrt(1. - ac); pv = betas * (1. - acp) / (1. - ac)
def extract(a, t, shape): return a.gather(-1, t).reshape(t.shape[0], *((1,) * (len(shape) - 1)))
class TimeEmb(nn.Module):
    def __init__(self, d): super().__init__(); self.d = d
    def forward(self, t):
        h = self.d // 2; e = torch.exp(torch.arange(h) * -(math.log(10000) / (h - 1))); e = t[:, None] * e[None, :]; return torch.cat((e.sin(), e.cos()), -1)
class Net(nn.Module):
    def __init__(self): super().__init__(); self.time = nn.Sequential(TimeEmb(16), nn.Linear(16, 32), nn.SiLU()); self.inp = nn.Linear(2, 32); self.mid = nn.Sequential(nn.SiLU(), nn.Linear(32, 32), nn.SiLU()); self.out = nn.Linear(32, 2)
    def forward(self, x, t): return self.out(self.mid(self.inp(x) + self.time(t)))
model = Net(); ref.model('m0', model); opt = torch.optim.Adam(model.parameters(), lr=2e-3); losses = []
for step in range(20):
    opt.zero_grad(); ix = torch.randint(0, N, (32,)); x0 = data[ix]; t = torch.randint(0, T, (32,)).long(); noise = torch.randn_like(x0)
    xt = extract(sac, t, x0.shape) * x0 + extract(s1ac, t, x0.shape) * noise
    loss = F.smooth_l1_loss(noise, model(xt, t)); loss.backward(); opt.step(); losses.append(loss.item())
with torch.no_grad():
    img = torch.randn(16, 2); start = img.clone()
    for i in reversed(range(T)):
        t = torch.full((16,), i, dtype=torch.long)
        mean = extract(sra, t, img.shape) * (img - extract(betas, t, img.shape) * model(img, t) / extract(s1ac, t, img.shape))
        img = mean if i == 0 else mean + torch.sqrt(extract(pv, t, img.shape)) * torch.randn_like(img)
ref.put('losses', losses); ref.put('start', start); ref.put('samples', img); ref.put('pv', pv); ref.model('m1', model); ref.save(); print(losses[0], losses[-1], img[0])

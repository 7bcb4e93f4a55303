import copy, math, torch, torch.nn as nn, torch.nn.functional as F
from torch.utils.checkpoint import checkpoint
from ref import Ref
ref = Ref('custom')
torch.manual_seed(0)
class LegendreP3(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): ctx.save_for_backward(x); return 0.5 * (5 * x ** 3 - 3 * x)
    @staticmethod
    def backward(ctx, g): x, = ctx.saved_tensors; return g * 1.5 * (5 * x ** 2 - 1)
class BinarizeSTE(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, limit): ctx.limit = limit; ctx.save_for_backward(x); return x.sign()
    @staticmethod
    def backward(ctx, g): x, = ctx.saved_tensors; return g * (x.abs() <= ctx.limit).float(), None
class AddSign(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-2, beta=0.9): super().__init__(params, dict(lr=lr, beta=beta))
    @torch.no_grad()
    def step(self):
        for g in self.param_groups:
            for p in g['params']:
                if p.grad is None: continue
                s = self.state[p]
                if not s: s['m'] = torch.zeros_like(p)
                s['m'].mul_(g['beta']).add_(p.grad, alpha=1 - g['beta']); p.add_(p.grad * (1 + torch.sign(p.grad) * torch.sign(s['m'])), alpha=-g['lr'])
x = torch.linspace(-math.pi, math.pi, 64); y = torch.sin(x)
ps = [torch.full((), v, requires_grad=True) for v in (0.0, -1.0, 0.0, 0.3)]; ll = []
for t in range(10):
    l = (ps[0] + ps[1] * LegendreP3.apply(ps[2] + ps[3] * x) - y).pow(2).sum(); ll.append(l.item()); l.backward()
    with torch.no_grad():
        for p in ps: p -= 5e-6 * p.grad; p.grad = None
ref.put('legendre', ll)
class Net(nn.Module):
    def __init__(self): super().__init__(); self.fc1 = nn.Linear(10, 24); self.fc2 = nn.Linear(24, 24); self.fc3 = nn.Linear(24, 1)
    def forward(self, x, use=False):
        h = torch.tanh(self.fc1(x)); h = checkpoint(lambda z: torch.tanh(self.fc2(z)) * 2, h) if use else torch.tanh(self.fc2(h)) * 2
        return self.fc3(BinarizeSTE.apply(h, 1.5) * 0.5 + h)
net = Net(); ref.model('m0', net); X = torch.randn(96, 10); Y = torch.sin(X.sum(1, keepdim=True)); Xv, Yv = X[64:], Y[64:]; X, Y = X[:64], Y[:64]
for p in net.parameters(): p.register_hook(lambda g: torch.clamp(g, -0.05, 0.05))
acts, gnorm = {}, []
net.fc1.register_forward_hook(lambda m, i, o: acts.__setitem__('fc1', o.detach()))
net.fc2.register_full_backward_hook(lambda m, gi, go: gnorm.append(go[0].norm().item()))
opt = AddSign(net.parameters(), lr=0.02); ema = copy.deepcopy(net); tr, va, best, best_state, bad = [], [], 1e9, None, 0
for epoch in range(8):
    net.train(); opt.zero_grad()
    for k in range(4): loss = F.mse_loss(net(X[16 * k:16 * k + 16], k % 2 == 1), Y[16 * k:16 * k + 16]) / 4; loss.backward(); tr.append(loss.item())
    opt.step()
    with torch.no_grad():
        for a, b in zip(ema.parameters(), net.parameters()): a.mul_(0.9).add_(b, alpha=0.1)
    net.eval()
    with torch.no_grad(): v = F.mse_loss(net(Xv), Yv).item()
    va.append(v)
    if v < best - 1e-4: best, best_state, bad = v, copy.deepcopy(net.state_dict()), 0
    else:
        bad += 1
        if bad >= 3: break
net.load_state_dict(best_state)
with torch.no_grad(): out = net(Xv); act = acts['fc1'].clone(); eout = ema(Xv)
ref.put('train', tr); ref.put('val', va); ref.put('gnorm', gnorm); ref.put('act', act); ref.put('out', out); ref.put('ema', eout); ref.put('epochs', [epoch + 1]); ref.model('best', net); ref.save(); print(va, best, epoch)

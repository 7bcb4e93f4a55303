import math, torch, torch.nn as nn
from ref import Ref
ref = Ref('pinn-ode')
torch.manual_seed(0)
class PINN(nn.Module):
    def __init__(self):
        super().__init__(); self.net = nn.Sequential(nn.Linear(2, 20), nn.Tanh(), nn.Linear(20, 20), nn.Tanh(), nn.Linear(20, 1))
    def forward(self, x, t): return self.net(torch.cat([x, t], 1))
def g(y, x): return torch.autograd.grad(y, x, grad_outputs=torch.ones_like(y), create_graph=True)[0]
net = PINN(); ref.model('init', net)
xf = (torch.rand(64, 1) * 2 - 1).requires_grad_(True); tf = torch.rand(64, 1).requires_grad_(True); x0 = torch.rand(16, 1) * 2 - 1; t0 = torch.zeros(16, 1); xb = torch.cat([torch.ones(8, 1), -torch.ones(8, 1)]); tb = torch.rand(16, 1)
opt = torch.optim.Adam(net.parameters(), lr=5e-3); losses = []
def total():
    u = net(xf, tf); ut = g(u, tf); ux = g(u, xf); uxx = g(ux, xf); f = ut + u * ux - (0.01 / math.pi) * uxx
    return f.pow(2).mean() + (net(x0, t0) + torch.sin(math.pi * x0)).pow(2).mean() + net(xb, tb).pow(2).mean()
for i in range(12):
    opt.zero_grad(); loss = total(); loss.backward(); opt.step(); losses.append(loss.item())
lb = torch.optim.LBFGS(net.parameters(), lr=0.5, max_iter=5, history_size=10, line_search_fn='strong_wolfe')
def closure():
    lb.zero_grad(); l = total(); l.backward(); return l
for i in range(3): losses.append(lb.step(closure).item())
# a neural ODE: dy/dt = f(y^3), RK4, gradient through the solver
torch.manual_seed(5)
A = torch.tensor([[-0.1, 2.0], [-2.0, -0.1]]); y0 = torch.tensor([[2., 0.]]); dt = 0.05
def rk4(f, y, n):
    ys = [y]
    for _ in range(n):
        k1 = f(y); k2 = f(y + dt / 2 * k1); k3 = f(y + dt / 2 * k2); k4 = f(y + dt * k3); y = y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4); ys.append(y)
    return torch.stack(ys)
with torch.no_grad(): true = rk4(lambda y: torch.mm(y ** 3, A), y0, 10)
func = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2)); ref.model('ode0', func)
for m in func.modules():
    if isinstance(m, nn.Linear): nn.init.normal_(m.weight, mean=0, std=0.1); nn.init.constant_(m.bias, val=0)
ref.model('ode1', func)
o2 = torch.optim.RMSprop(func.parameters(), lr=1e-2); ode = []
for i in range(10):
    o2.zero_grad(); pred = rk4(lambda y: func(y ** 3), y0, 10); loss = torch.mean(torch.abs(pred - true)); loss.backward(); o2.step(); ode.append(loss.item())
ref.put('losses', losses); ref.put('ode', ode); ref.model('final', net); ref.model('ode2', func); ref.save(); print(losses, ode[-1])

import math, torch, torch.nn as nn, torch.nn.functional as F
from torch.distributions import Categorical, Normal
from ref import Ref
ref = Ref('actor-critic-ppo')
torch.manual_seed(543)
# a cart with a pole
class CartPole:
    def reset(self): self.s = [0.01, 0.02, 0.03, -0.02]; self.t = 0; return self.s
    def step(self, a):
        x, xd, th, thd = self.s; force = 10.0 if a == 1 else -10.0
        c, s = math.cos(th), math.sin(th); temp = (force + 0.05 * thd ** 2 * s) / 1.1
        thacc = (9.8 * s - c * temp) / (0.5 * (4.0 / 3.0 - 0.1 * c ** 2 / 1.1)); xacc = temp - 0.05 * thacc * c / 1.1
        self.s = [x + 0.02 * xd, xd + 0.02 * xacc, th + 0.02 * thd, thd + 0.02 * thacc]; self.t += 1
        done = abs(self.s[0]) > 2.4 or abs(self.s[2]) > 0.2095 or self.t >= 60
        return self.s, 1.0, done
class Policy(nn.Module):
    def __init__(self):
        super().__init__(); self.affine1 = nn.Linear(4, 32); self.action_head = nn.Linear(32, 2); self.value_head = nn.Linear(32, 1); self.saved_actions = []; self.rewards = []
    def forward(self, x):
        x = F.relu(self.affine1(x)); return F.softmax(self.action_head(x), dim=-1), self.value_head(x)
model = Policy(); ref.model('ac0', model); opt = torch.optim.Adam(model.parameters(), lr=3e-2); eps = 1e-6; gamma = 0.99
env = CartPole(); actions, losses, lengths = [], [], []
for ep in range(6):
    state = env.reset()
    for t in range(1000):
        probs, v = model(torch.tensor(state)); m = Categorical(probs); action = m.sample()
        model.saved_actions.append((m.log_prob(action), v)); actions.append(action.item())
        state, r, done = env.step(action.item()); model.rewards.append(r)
        if done: break
    R, returns, pl, vl = 0, [], [], []
    for r in model.rewards[::-1]: R = r + gamma * R; returns.insert(0, R)
    returns = torch.tensor(returns); returns = (returns - returns.mean()) / (returns.std() + eps)
    for (lp, value), R in zip(model.saved_actions, returns):
        adv = R - value.item(); pl.append(-lp * adv); vl.append(F.smooth_l1_loss(value, torch.tensor([R])))
    opt.zero_grad(); loss = torch.stack(pl).sum() + torch.stack(vl).sum(); loss.backward(); opt.step()
    losses.append(loss.item()); lengths.append(len(model.rewards)); del model.rewards[:]; del model.saved_actions[:]
ref.put('actions', actions); ref.put('lengths', lengths); ref.put('ac_losses', losses); ref.model('ac1', model)
# PPO with a normal policy on a random buffer
class Agent(nn.Module):
    def __init__(self, obs, act):
        super().__init__()
        self.critic = nn.Sequential(nn.Linear(obs, 32), nn.Tanh(), nn.Linear(32, 1)); self.actor_mean = nn.Sequential(nn.Linear(obs, 32), nn.Tanh(), nn.Linear(32, act)); self.actor_logstd = nn.Parameter(torch.zeros(1, act))
    def get(self, x, action=None, draw=None):
        mean = self.actor_mean(x); std = torch.exp(self.actor_logstd.expand_as(mean)); p = Normal(mean, std)
        if action is None: action = (mean + std * torch.randn_like(mean)).detach()
        return action, p.log_prob(action).sum(1), p.entropy().sum(1), self.critic(x)
torch.manual_seed(7)
agent = Agent(3, 2); ref.model('ppo0', agent); opt = torch.optim.Adam(agent.parameters(), lr=3e-3, eps=1e-5)
N, MB = 64, 16
pg, vls, ents, kls, totals = [], [], [], [], []
for update in range(3):
    obs = torch.randn(N, 3); dones = (torch.rand(N) < 0.1).float()
    with torch.no_grad():
        act, old_logp, _, value = agent.get(obs); value = value.flatten()
        rewards = -(act - obs[:, :2]).pow(2).sum(1)
        adv = torch.zeros(N); last = 0.
        for t in reversed(range(N)):
            nextnonterminal = 1.0 - (dones[t] if t < N - 1 else torch.tensor(0.)); nextvalue = value[t + 1] if t < N - 1 else torch.tensor(0.)
            delta = rewards[t] + 0.99 * nextvalue * nextnonterminal - value[t]; adv[t] = last = delta + 0.99 * 0.95 * nextnonterminal * last
        ret = adv + value
    for epoch in range(3):
        perm = torch.randperm(N)
        for s in range(0, N, MB):
            mb = perm[s:s + MB]
            _, newlogp, entropy, newvalue = agent.get(obs[mb], act[mb]); logratio = newlogp - old_logp[mb]; ratio = logratio.exp()
            with torch.no_grad(): kls.append(((ratio - 1) - logratio).mean().item())
            a = adv[mb]; a = (a - a.mean()) / (a.std() + 1e-8)
            pg_loss = torch.max(-a * ratio, -a * torch.clamp(ratio, 0.8, 1.2)).mean()
            newvalue = newvalue.view(-1); vu = (newvalue - ret[mb]) ** 2; vc = value[mb] + torch.clamp(newvalue - value[mb], -0.2, 0.2)
            v_loss = 0.5 * torch.max(vu, (vc - ret[mb]) ** 2).mean(); ent = entropy.mean()
            loss = pg_loss - 0.01 * ent + v_loss * 0.5
            opt.zero_grad(); loss.backward(); nn.utils.clip_grad_norm_(agent.parameters(), 0.5); opt.step()
            pg.append(pg_loss.item()); vls.append(v_loss.item()); ents.append(ent.item()); totals.append(loss.item())
for k, v in dict(pg=pg, vls=vls, ents=ents, kls=kls, totals=totals).items(): ref.put(k, v)
ref.model('ppo1', agent); ref.save(); print(lengths, losses[-1], totals[-1])

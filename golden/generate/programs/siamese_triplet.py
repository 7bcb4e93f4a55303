import torch, torch.nn as nn, torch.nn.functional as F
from ref import Ref
ref = Ref('siamese-triplet')
torch.manual_seed(42)
class Embed(nn.Module):
    def __init__(self):
        super().__init__(); self.convnet = nn.Sequential(nn.Conv2d(1, 8, 3), nn.PReLU(), nn.MaxPool2d(2, stride=2), nn.Conv2d(8, 8, 3), nn.PReLU(), nn.MaxPool2d(2, stride=2)); self.fc = nn.Sequential(nn.Linear(32, 16), nn.PReLU(), nn.Linear(16, 2))
    def forward(self, x): return self.fc(self.convnet(x).view(x.size(0), -1))
net = Embed(); ref.model('init', net)
labels = torch.arange(4).repeat_interleave(4); protos = torch.randn(4, 1, 16, 16); x = protos[labels] + 0.3 * torch.randn(16, 1, 16, 16)
def contrastive(o1, o2, target, margin=1., eps=1e-9):
    d = (o2 - o1).pow(2).sum(1); return (0.5 * (target.float() * d + (1 + -1 * target).float() * F.relu(margin - (d + eps).sqrt()).pow(2))).mean()
def batch_hard(emb, labels, margin):
    dist = torch.cdist(emb, emb); same = labels.unsqueeze(0) == labels.unsqueeze(1); eye = torch.eye(len(labels), dtype=torch.bool)
    pos = (dist * (same & ~eye).float()).max(1)[0]
    mx = dist.max(1, keepdim=True)[0]; neg = (dist + mx * same.float()).min(1)[0]
    tl = F.relu(pos - neg + margin); return tl.mean(), (tl > 1e-16).float().mean()
opt = torch.optim.Adam(net.parameters(), lr=1e-2); losses, active = [], []
for step in range(6):
    i, j = torch.randperm(16)[:8], torch.randperm(16)[:8]
    opt.zero_grad(); loss = contrastive(net(x[i]), net(x[j]), (labels[i] == labels[j])); loss.backward(); opt.step(); losses.append(loss.item())
for step in range(8):
    opt.zero_grad(); loss, a = batch_hard(F.normalize(net(x)), labels, 0.5); loss.backward(); opt.step(); losses.append(loss.item()); active.append(a.item())
tm = nn.TripletMarginLoss(margin=0.2, p=2)
for step in range(3):
    e = net(x); opt.zero_grad(); loss = tm(e[0::4], e[1::4], e.roll(4, 0)[2::4]); loss.backward(); opt.step(); losses.append(loss.item())
ref.put('losses', losses); ref.put('active', active); ref.model('final', net); ref.save(); print(losses)

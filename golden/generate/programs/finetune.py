import torch, torch.nn as nn, torch.nn.functional as F
from ref import Ref
ref = Ref('finetune')
torch.manual_seed(3)
class Block(nn.Module):
    def __init__(self, i, o, stride=1):
        super().__init__(); self.conv1 = nn.Conv2d(i, o, 3, stride, 1, bias=False); self.bn1 = nn.BatchNorm2d(o); self.conv2 = nn.Conv2d(o, o, 3, 1, 1, bias=False); self.bn2 = nn.BatchNorm2d(o)
        self.downsample = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o)) if stride != 1 or i != o else None
    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + identity)
class ResNet(nn.Module):
    def __init__(self, classes):
        super().__init__(); self.conv1 = nn.Conv2d(3, 8, 3, 1, 1, bias=False); self.bn1 = nn.BatchNorm2d(8); self.layer1 = nn.Sequential(Block(8, 8)); self.layer2 = nn.Sequential(Block(8, 16, 2)); self.avgpool = nn.AdaptiveAvgPool2d((1, 1)); self.fc = nn.Linear(16, classes)
    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x))); x = self.layer2(self.layer1(x)); return self.fc(torch.flatten(self.avgpool(x), 1))
base = ResNet(10)
o = torch.optim.SGD(base.parameters(), lr=0.05, momentum=0.9)
for _ in range(5):
    x = torch.randn(8, 3, 12, 12); y = torch.randint(0, 10, (8,)); o.zero_grad(); F.cross_entropy(base(x), y).backward(); o.step()
ref.model('pretrained', base)
model = ResNet(10); model.load_state_dict(base.state_dict())
for p in model.parameters(): p.requires_grad = False
torch.manual_seed(4)
model.fc = nn.Linear(model.fc.in_features, 3)
data = torch.randn(32, 3, 12, 12); labels = torch.randint(0, 3, (32,)); crit = nn.CrossEntropyLoss()
opt = torch.optim.SGD(model.fc.parameters(), lr=0.1, momentum=0.9); sched = torch.optim.lr_scheduler.StepLR(opt, step_size=2, gamma=0.5)
losses, lrs = [], []
for epoch in range(3):
    model.train()
    for i in range(0, 32, 8):
        opt.zero_grad(); loss = crit(model(data[i:i + 8]), labels[i:i + 8]); loss.backward(); opt.step(); losses.append(loss.item())
    sched.step(); lrs.append(sched.get_last_lr()[0])
# phase 2: unfreeze layer2, with its own rate
for p in model.layer2.parameters(): p.requires_grad = True
opt = torch.optim.AdamW([{'params': model.layer2.parameters(), 'lr': 1e-3}, {'params': model.fc.parameters(), 'lr': 1e-2, 'weight_decay': 0.1}])
sched = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=[2e-3, 2e-2], total_steps=8)
for epoch in range(2):
    for i in range(0, 32, 8):
        opt.zero_grad(); loss = crit(model(data[i:i + 8]), labels[i:i + 8]); loss.backward(); opt.step(); sched.step(); losses.append(loss.item()); lrs += [g['lr'] for g in opt.param_groups]
model.eval()
with torch.no_grad(): out = model(data)
ref.put('losses', losses); ref.put('lrs', torch.tensor(lrs)); ref.put('out', out); ref.model('final', model); ref.save(); print(losses[0], losses[-1])

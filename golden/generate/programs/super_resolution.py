import math, torch, torch.nn as nn
from ref import Ref
ref = Ref('super-resolution')
torch.manual_seed(123)
class Net(nn.Module):
    def __init__(self, r):
        super().__init__(); self.relu = nn.ReLU(); self.conv1 = nn.Conv2d(1, 16, (5, 5), (1, 1), (2, 2)); self.conv2 = nn.Conv2d(16, 16, (3, 3), (1, 1), (1, 1)); self.conv3 = nn.Conv2d(16, 8, (3, 3), (1, 1), (1, 1)); self.conv4 = nn.Conv2d(8, r ** 2, (3, 3), (1, 1), (1, 1)); self.pixel_shuffle = nn.PixelShuffle(r)
        g = nn.init.calculate_gain('relu')
        nn.init.orthogonal_(self.conv1.weight, g); nn.init.orthogonal_(self.conv2.weight, g); nn.init.orthogonal_(self.conv3.weight, g); nn.init.orthogonal_(self.conv4.weight)
    def forward(self, x):
        x = self.relu(self.conv1(x)); x = self.relu(self.conv2(x)); x = self.relu(self.conv3(x)); return self.pixel_shuffle(self.conv4(x))
model = Net(2); ref.model('init', model)
g = torch.arange(24.); hr = torch.stack([torch.sin(g.view(-1, 1) / (3 + k)) * torch.cos(g.view(1, -1) / (2 + k)) for k in range(8)]).unsqueeze(1) * 0.5 + 0.5
lr_ = nn.functional.interpolate(hr, scale_factor=0.5, mode='bicubic', align_corners=False)
crit = nn.MSELoss(); opt = torch.optim.Adam(model.parameters(), lr=1e-3)
losses, psnr = [], []
for epoch in range(4):
    for i in range(0, 8, 4):
        opt.zero_grad(); loss = crit(model(lr_[i:i + 4]), hr[i:i + 4]); loss.backward(); opt.step(); losses.append(loss.item())
    with torch.no_grad(): psnr.append(10 * math.log10(1 / crit(model(lr_), hr).item()))
ref.put('lr', lr_); ref.put('losses', losses); ref.put('psnr', psnr); ref.model('final', model); ref.save(); print(losses[0], losses[-1], psnr)

import torch, torch.nn as nn
from ref import Ref
ref = Ref('dcgan')
nz, ngf, ndf, nc, B = 16, 8, 8, 1, 8
torch.manual_seed(999)
data = torch.tanh(torch.randn(32, nc, 16, 16) + torch.linspace(-1, 1, 16).view(1, 1, 1, 16))
def weights_init(m):
    name = m.__class__.__name__
    if name.find('Conv') != -1: nn.init.normal_(m.weight.data, 0.0, 0.02)
    elif name.find('BatchNorm') != -1:
        nn.init.normal_(m.weight.data, 1.0, 0.02); nn.init.constant_(m.bias.data, 0)
class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.ConvTranspose2d(nz, ngf * 2, 4, 1, 0, bias=False), nn.BatchNorm2d(ngf * 2), nn.ReLU(True),
            nn.ConvTranspose2d(ngf * 2, ngf, 4, 2, 1, bias=False), nn.BatchNorm2d(ngf), nn.ReLU(True),
            nn.ConvTranspose2d(ngf, nc, 4, 2, 1, bias=False), nn.Tanh())
    def forward(self, x): return self.main(x)
class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(nc, ndf, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf, ndf * 2, 4, 2, 1, bias=False), nn.BatchNorm2d(ndf * 2), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf * 2, 1, 4, 1, 0, bias=False), nn.Sigmoid())
    def forward(self, x): return self.main(x)
netG, netD = Generator(), Discriminator()
netG.apply(weights_init); netD.apply(weights_init)
ref.model('g0', netG); ref.model('d0', netD)
criterion = nn.BCELoss(); fixed = torch.randn(4, nz, 1, 1)
oD = torch.optim.Adam(netD.parameters(), lr=2e-3, betas=(0.5, 0.999)); oG = torch.optim.Adam(netG.parameters(), lr=2e-3, betas=(0.5, 0.999))
D, G, DX, DGZ = [], [], [], []
for it in range(16):
    netD.zero_grad()
    real = data[(it % 4) * B:(it % 4 + 1) * B]
    label = torch.full((B,), 1., dtype=torch.float)
    output = netD(real).view(-1); errD_real = criterion(output, label); errD_real.backward(); DX.append(output.mean().item())
    noise = torch.randn(B, nz, 1, 1); fake = netG(noise); label.fill_(0.)
    output = netD(fake.detach()).view(-1); errD_fake = criterion(output, label); errD_fake.backward()
    errD = errD_real + errD_fake; oD.step()
    netG.zero_grad(); label.fill_(1.)
    output = netD(fake).view(-1); errG = criterion(output, label); errG.backward(); DGZ.append(output.mean().item()); oG.step()
    D.append(errD.item()); G.append(errG.item())
with torch.no_grad(): img = netG(fixed)
for k, v in dict(D=D, G=G, DX=DX, DGZ=DGZ, img=img).items(): ref.put(k, v)
ref.model('g1', netG); ref.model('d1', netD); ref.save(); print(D[-1], G[-1])

import torch, torch.nn as nn, torch.nn.functional as F
from ref import Ref
ref = Ref('vae')
torch.manual_seed(1)
data = torch.sigmoid(3 * torch.randn(64, 1, 8, 8))
class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 40); self.fc21 = nn.Linear(40, 5); self.fc22 = nn.Linear(40, 5); self.fc3 = nn.Linear(5, 40); self.fc4 = nn.Linear(40, 64)
    def encode(self, x):
        h1 = F.relu(self.fc1(x)); return self.fc21(h1), self.fc22(h1)
    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar); eps = torch.randn_like(std); return mu + eps * std
    def decode(self, z): return torch.sigmoid(self.fc4(F.relu(self.fc3(z))))
    def forward(self, x):
        mu, logvar = self.encode(x.view(-1, 64)); z = self.reparameterize(mu, logvar); return self.decode(z), mu, logvar
def loss_function(recon_x, x, mu, logvar):
    BCE = F.binary_cross_entropy(recon_x, x.view(-1, 64), reduction='sum')
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + KLD
model = VAE(); ref.model('init', model)
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
losses, epochs = [], []
for epoch in range(5):
    model.train(); train_loss = 0
    for i in range(0, 64, 16):
        x = data[i:i + 16]; opt.zero_grad(); recon, mu, logvar = model(x)
        loss = loss_function(recon, x, mu, logvar); loss.backward(); train_loss += loss.item(); opt.step(); losses.append(loss.item())
    epochs.append(train_loss / len(data))
with torch.no_grad(): sample = model.decode(torch.randn(6, 5))
ref.put('losses', losses); ref.put('epochs', epochs); ref.put('sample', sample); ref.model('final', model); ref.save(); print(losses[0], losses[-1])

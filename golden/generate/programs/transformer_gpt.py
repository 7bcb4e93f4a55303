import math, torch, torch.nn as nn, torch.nn.functional as F
from ref import Ref
ref = Ref('transformer-gpt')
torch.manual_seed(0)
class PositionalEncoding(nn.Module):
    def __init__(self, d, max_len=64):
        super().__init__(); pos = torch.arange(max_len).unsqueeze(1); div = torch.exp(torch.arange(0, d, 2) * (-math.log(10000.0) / d)); pe = torch.zeros(max_len, 1, d)
        pe[:, 0, 0::2] = torch.sin(pos * div); pe[:, 0, 1::2] = torch.cos(pos * div); self.register_buffer('pe', pe)
    def forward(self, x): return x + self.pe[:x.size(0)]
class Classifier(nn.Module):
    def __init__(self, v, d, h, layers, classes):
        super().__init__(); self.embedding = nn.Embedding(v, d, padding_idx=0); self.pos = PositionalEncoding(d); self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(d, h, 2 * d, 0.0), layers); self.decoder = nn.Linear(d, classes); self.d = d
    def forward(self, src, lengths):
        mask = torch.arange(src.size(0)).unsqueeze(0) >= lengths.unsqueeze(1)
        x = self.pos(self.embedding(src) * math.sqrt(self.d)); x = self.encoder(x, src_key_padding_mask=mask)
        keep = (~mask).t().unsqueeze(-1).float(); return self.decoder((x * keep).sum(0) / keep.sum(0))
model = Classifier(20, 16, 2, 2, 3); ref.model('c0', model)
tokens = torch.randint(1, 20, (9, 12)); lengths = torch.randint(3, 10, (12,)); tokens = tokens.masked_fill(torch.arange(9).unsqueeze(1) >= lengths.unsqueeze(0), 0); y = tokens[0] % 3
opt = torch.optim.Adam(model.parameters(), lr=5e-3); cl = []
for i in range(10):
    opt.zero_grad(); loss = F.cross_entropy(model(tokens, lengths), y); loss.backward(); nn.utils.clip_grad_norm_(model.parameters(), 0.5); opt.step(); cl.append(loss.item())
ref.put('tokens', tokens); ref.put('c_losses', cl); ref.model('c1', model)
# a small GPT
torch.manual_seed(1337)
V, C, H, T, L = 27, 32, 4, 16, 2
class Attn(nn.Module):
    def __init__(self):
        super().__init__(); self.c_attn = nn.Linear(C, 3 * C); self.c_proj = nn.Linear(C, C); self.register_buffer('bias', torch.tril(torch.ones(T, T)).view(1, 1, T, T))
    def forward(self, x):
        B, T_, _ = x.size(); q, k, v = self.c_attn(x).split(C, dim=2)
        k = k.view(B, T_, H, C // H).transpose(1, 2); q = q.view(B, T_, H, C // H).transpose(1, 2); v = v.view(B, T_, H, C // H).transpose(1, 2)
        att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1))); att = att.masked_fill(self.bias[:, :, :T_, :T_] == 0, float('-inf')); att = F.softmax(att, dim=-1)
        return self.c_proj((att @ v).transpose(1, 2).contiguous().view(B, T_, C))
class Block(nn.Module):
    def __init__(self):
        super().__init__(); self.ln_1 = nn.LayerNorm(C); self.attn = Attn(); self.ln_2 = nn.LayerNorm(C); self.mlp = nn.ModuleDict(dict(c_fc=nn.Linear(C, 4 * C), c_proj=nn.Linear(4 * C, C)))
    def forward(self, x):
        x = x + self.attn(self.ln_1(x)); return x + self.mlp.c_proj(F.gelu(self.mlp.c_fc(self.ln_2(x))))
class GPT(nn.Module):
    def __init__(self):
        super().__init__(); self.transformer = nn.ModuleDict(dict(wte=nn.Embedding(V, C), wpe=nn.Embedding(T, C), h=nn.ModuleList([Block() for _ in range(L)]), ln_f=nn.LayerNorm(C))); self.lm_head = nn.Linear(C, V, bias=False); self.transformer.wte.weight = self.lm_head.weight
        self.apply(self._init)
        for n, p in self.named_parameters():
            if n.endswith('c_proj.weight'): nn.init.normal_(p, mean=0.0, std=0.02 / math.sqrt(2 * L))
    def _init(self, m):
        if isinstance(m, nn.Linear):
            nn.init.normal_(m.weight, mean=0.0, std=0.02)
            if m.bias is not None: nn.init.zeros_(m.bias)
        elif isinstance(m, nn.Embedding): nn.init.normal_(m.weight, mean=0.0, std=0.02)
    def forward(self, idx, targets=None):
        b, t = idx.size(); x = self.transformer.wte(idx) + self.transformer.wpe(torch.arange(t))
        for blk in self.transformer.h: x = blk(x)
        x = self.transformer.ln_f(x); logits = self.lm_head(x)
        return logits, None if targets is None else F.cross_entropy(logits.view(-1, V), targets.view(-1), ignore_index=-1)
gpt = GPT(); ref.model('g0', gpt)
decay = [p for p in gpt.parameters() if p.dim() >= 2]; nodecay = [p for p in gpt.parameters() if p.dim() < 2]
opt = torch.optim.AdamW([{'params': decay, 'weight_decay': 0.1}, {'params': nodecay, 'weight_decay': 0.0}], lr=3e-3, betas=(0.9, 0.95))
data = torch.tensor([(i * i + 3 * i) % 27 for i in range(600)]); gl = []
for it in range(15):
    lr = 3e-3 * min(1, (it + 1) / 5)
    for g in opt.param_groups: g['lr'] = lr
    ix = torch.randint(len(data) - T, (8,)); x = torch.stack([data[i:i + T] for i in ix]); y2 = torch.stack([data[i + 1:i + 1 + T] for i in ix])
    logits, loss = gpt(x, y2); opt.zero_grad(set_to_none=True); loss.backward(); nn.utils.clip_grad_norm_(gpt.parameters(), 1.0); opt.step(); gl.append(loss.item())
idx = torch.tensor([[1, 4]])
with torch.no_grad():
    for _ in range(12): logits, _ = gpt(idx); idx = torch.cat((idx, logits[:, -1, :].argmax(-1, keepdim=True)), 1)
ref.put('g_losses', gl); ref.put('generated', idx); ref.model('g1', gpt); ref.put('nparams', sum(p.numel() for p in gpt.parameters())); ref.save(); print(cl[-1], gl[0], gl[-1], idx)

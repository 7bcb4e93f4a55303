import torch, math
class MT:
    def __init__(s,seed): s.g=torch.Generator().manual_seed(seed)
# derive u32 stream using numpy mt19937
import numpy as np
class G:
    def __init__(s,seed):
        s.r=np.random.RandomState(seed); s.c=None
    def u32(s): return int(s.r.randint(0,2**32,dtype=np.uint32)) if False else int(np.random.Generator.__call__) if False else s._n()
    def _n(s):
        return int(s.r.tomaxint()) if False else int.from_bytes(s.r.bytes(4),'little')
    def u64(s):
        hi=s._n(); lo=s._n(); return (hi<<32)|lo
    def d53(s): return (s.u64() & ((1<<53)-1))*2.0**-53
    def f24(s): return (s._n() & 0xffffff)*2.0**-24
g=G(7); torch.manual_seed(7); print('rand', torch.rand(3).tolist(), [g.f24() for _ in range(3)])
for n in (3,20):
    torch.manual_seed(7); a=torch.empty(n).exponential_(1.5)
    g=G(7); b=[-1/1.5*math.log1p(-g.d53()) for _ in range(n)]
    g=G(7); c=[-1/1.5*math.log1p(-g.f24()) for _ in range(n)]
    print('exp',n,a[:3].tolist(),b[:3],c[:3])
torch.manual_seed(7); print('geo',torch.empty(4).geometric_(.3).tolist()); g=G(7); print([math.ceil(math.log(g.d53())/math.log1p(-.3)) for _ in range(4)])
torch.manual_seed(7); print('cauchy',torch.empty(4).cauchy_(1,2).tolist()); g=G(7); print([1+2*math.tan(math.pi*(g.d53()-.5)) for _ in range(4)])
torch.manual_seed(7); print('lognormal',torch.empty(4).log_normal_(1,2).tolist())
g=G(7); out=[]
for _ in range(2):
    th=2*math.pi*g.d53(); r=math.sqrt(-2*math.log1p(-g.d53())); out+=[r*math.cos(th)*2+1,r*math.sin(th)*2+1]
print([math.exp(v) for v in out])
torch.manual_seed(7); print('random_ f',torch.empty(4).random_().tolist(), 'u32%2^24+1', end=' '); g=G(7); print([g._n()%(2**24+1) for _ in range(4)])
torch.manual_seed(7); print('random_ i32',torch.empty(4,dtype=torch.int32).random_().tolist()); g=G(7); print([g._n()%(2**31) for _ in range(4)])
torch.manual_seed(7); print('random_ u8',torch.empty(4,dtype=torch.uint8).random_().tolist()); g=G(7); print([g._n()%(256) for _ in range(4)])
torch.manual_seed(7); print('random_(5)',torch.empty(4).random_(5).tolist()); g=G(7); print([g._n()%5 for _ in range(4)])
torch.manual_seed(7); print('random_(2,9)',torch.empty(4,dtype=torch.int64).random_(2,9).tolist()); g=G(7); print([2+g._n()%7 for _ in range(4)])
torch.manual_seed(7); print('bern_.3',torch.empty(8).bernoulli_(.3).tolist()); g=G(7); print('f24',[float(g.f24()<.3) for _ in range(8)]); g=G(7); print('d53',[float(g.d53()<.3) for _ in range(8)])
torch.manual_seed(7); print('bern_ tensor',torch.empty(8).bernoulli_(torch.full((8,),.3)).tolist())
torch.manual_seed(7); print('bernoulli(x,p)',torch.bernoulli(torch.empty(8),.3).tolist())
p=torch.tensor([.1,.2,.3,.4])
torch.manual_seed(7); print('multi repl',torch.multinomial(p,8,replacement=True).tolist())
g=G(7); cum=np.cumsum(p.numpy()); cum/=cum[-1]; print([int(np.searchsorted(cum,g.d53(),side='left')) for _ in range(8)])
torch.manual_seed(7); print('multi norepl',torch.multinomial(p,3).tolist())
torch.manual_seed(7); q=torch.empty(4).exponential_(1); print((p/q).topk(3).indices.tolist(), q.tolist())
torch.manual_seed(7); print('poisson',torch.poisson(torch.tensor([.5,3.,12.,40.,100.,3.])).tolist())
torch.manual_seed(7); print('binomial',torch.binomial(torch.tensor([10.,100.,5.,50.]),torch.tensor([.5,.3,.9,.02])).tolist())
torch.manual_seed(7); print('normal(m,s)',torch.normal(torch.zeros(3),torch.ones(3)).tolist(), torch.manual_seed(7) and torch.randn(3).tolist())
torch.manual_seed(7); print('normal(2.,3.,(20,))',torch.normal(2.,3.,(20,))[:3].tolist(), torch.manual_seed(7) and torch.empty(20).normal_(2,3)[:3].tolist())
print(torch.backends.mkl.is_available())

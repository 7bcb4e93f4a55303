"""Programs on tensors of no elements: shapes, values, and what is refused."""
import torch

from core2 import names

SHAPES = [(2, 0), (0, 3), (0, 0)]

# of a matrix x
OF_ONE = '''sum()|sum(0)|sum(1)|sum((0, 1))|mean()|mean(0)|mean(1)|prod()|prod(0)|prod(1)|amax()|amax(0)|amax(1)|amin(0)|amin(1)|max()|max(0)|max(1)|min(0)|min(1)|argmax()|argmax(0)|argmax(1)|argmin(1)
var()|var(0)|var(1)|std()|std(0)|std(1)|norm()|norm(2, 0)|norm(1, 1)|norm(0, 1)|logsumexp(0)|logsumexp(1)|logsumexp((0, 1))|softmax(0)|softmax(1)|log_softmax(0)|log_softmax(1)|cumsum(0)|cumsum(1)|cumprod(0)|cumprod(1)
cummax(0)|cummax(1)|cummin(1)|logcumsumexp(0)|logcumsumexp(1)|sort(0)|sort(1)|argsort(1)|topk(0, 0)|topk(0, 1)|median()|median(0)|median(1)|nanmedian()|nansum()|nansum(0)|all()|all(0)|all(1)|any()|any(0)|any(1)
count_nonzero()|count_nonzero(0)|unique()|nonzero()|flip(0)|flip(1)|roll(1, 0)|roll(1, 1)|roll(1)|tril()|triu()|diagonal()|t()|reshape(0)|reshape(0, 5)|flatten()|unsqueeze(0)|squeeze()|repeat(2, 3)|tile((2,))
repeat_interleave(2, 0)|repeat_interleave(2, 1)|diff()|unbind(0)|unbind(1)|chunk(2, 0)|chunk(2, 1)|split(1, 0)|split(1, 1)|kthvalue(1, 0)|kthvalue(1, 1)|clamp(0, 1)|trace()|rot90()|isnan()|abs()|matmul(x.t())|mm(x.t())|t().mm(x)'''

X = lambda s: 'torch.zeros(%s)' % s
OTHERS = [c.replace('X(', 'torch.zeros(').replace('I(', 'torch.tensor(').replace(']l', '], dtype=torch.int64') for c in '''F.linear(X(0, 3), X(2, 3))|F.linear(X(4, 0), X(2, 0))|F.linear(X(4, 0), X(2, 0), torch.ones(2))|F.layer_norm(X(0, 3), (3,))|F.mse_loss(X(0, 3), X(0, 3))|F.mse_loss(X(0), X(0), reduction="sum")
F.l1_loss(X(0), X(0))|F.cross_entropy(X(0, 3), I([]l))|F.cross_entropy(X(0, 3), I([]l), reduction="sum")|F.cross_entropy(X(0, 3), I([]l), reduction="none")|F.nll_loss(X(0, 3), I([]l))|F.embedding(I([]l), X(3, 2))|F.one_hot(I([]l), 3)
F.scaled_dot_product_attention(X(1, 2, 4), X(1, 0, 4), X(1, 0, 4))|F.scaled_dot_product_attention(X(1, 0, 4), X(1, 3, 4), X(1, 3, 4))|F.scaled_dot_product_attention(X(0, 2, 4), X(0, 3, 4), X(0, 3, 4))
torch.cat([X(0), X(2, 3)])|torch.cat([X(0, 3), X(2, 3)])|torch.stack([X(0), X(0)])|torch.bmm(X(2, 3, 0), X(2, 0, 4))|torch.bmm(X(0, 3, 2), X(0, 2, 4))|torch.dot(X(0), X(0))|torch.mv(X(2, 0), X(0))|torch.outer(X(0), X(2))
torch.einsum("ij,jk->ik", X(2, 0), X(0, 3))|torch.tensordot(X(2, 0), X(0, 3), 1)|torch.kron(X(0, 2), X(2, 2))|torch.cdist(X(0, 3), X(2, 3))|torch.cdist(X(2, 0), X(3, 0))|torch.bincount(I([]l))|torch.bincount(I([]l), minlength=2)
F.relu(X(0))|F.softplus(X(0))|F.dropout(X(0))|F.glu(X(0, 2))|F.normalize(X(2, 0))|F.cosine_similarity(X(0, 3), X(0, 3))|F.cosine_similarity(X(2, 0), X(2, 0))|F.pairwise_distance(X(2, 0), X(2, 0))|F.binary_cross_entropy(X(0), X(0))|F.kl_div(X(0), X(0))
F.conv1d(X(0, 2, 5), torch.zeros(3, 2, 2))|F.max_pool1d(X(0, 2, 4), 2)|F.avg_pool1d(X(0, 2, 4), 2)|F.batch_norm(X(0, 3), X(3), torch.ones(3))|F.group_norm(X(0, 2, 3), 1)|F.pad(X(0, 3), (1, 1))|F.pad(X(2, 0), (1, 1))|F.interpolate(X(0, 1, 2, 2), scale_factor=2)
torch.gather(X(2, 3), 1, X(2, 0).long())|torch.index_select(X(2, 3), 0, I([]l))|X(3, 2)[I([]l)]|X(3, 2)[[]]|X(0, 2)[X(0).gt(0)]|torch.where(X(0).gt(0), X(0), X(0))|torch.searchsorted(X(0), X(2))
torch.linalg.det(X(0, 0))|torch.linalg.inv(X(0, 0))|torch.linalg.svdvals(X(0, 3))|torch.linalg.eigvalsh(X(0, 0))|torch.linalg.cholesky(X(0, 2, 2))'''.replace('\n', '|').split('|')]


def tag(call):
    return ''.join(ch if ch.isalnum() else '_' for ch in call).strip('_')


def add(g, name, source):
    env = names()
    lines = source.split('\n')
    try:
        exec(source, env)
    except Exception:
        g.prog(name, source, [], ['name'], raises=True)
        return
    out = env['out']
    if isinstance(out, torch.Tensor):
        odd = out.is_floating_point() and not bool(torch.isfinite(out).all())
        g.prog(name, source, [], ['out'], **({'special': True} if odd else {}))
        return
    parts = ['p%d = out[%d]' % (i, i) for i in range(len(out))]
    g.prog(name, '\n'.join(lines + ['n = len(out)'] + parts), [], ['n'] + ['p%d' % i for i in range(len(out))])


def build(g):
    for shape in SHAPES:
        g.cat('of_%d_by_%d' % shape)
        for call in OF_ONE.replace('\n', '|').split('|'):
            add(g, '%d_%d.%s' % (*shape, tag(call)), 'name = %d\nx = torch.zeros(%d, %d)\nout = x.%s' % (len(call), *shape, call))
    g.cat('others')
    for call in OTHERS:
        add(g, tag(call), 'name = %d\nout = %s' % (len(call), call))

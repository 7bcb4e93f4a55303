"""Programs by tables: which calls alias, which writes a backward refuses, through what it may pass twice, gradients at NaN and infinity,
and random programs of views and writes."""
import ast
import math
import os
import random

import numpy as np
import torch

from core import C, I, N, U
from core2 import names

X = [[0.3, 0.7, 0.5], [0.9, 0.2, 0.4]]

# calls of a tensor x [2, 3] that change nothing, or look at part of it
CALLS = '''x.view(2, 3)|x.reshape(2, 3)|x.reshape(3, 2)|x.t().reshape(6)|x.expand(2, 3)|x.expand(1, 2, 3)|x.expand_as(x)|x.view_as(x)|x.squeeze()
x.unsqueeze(-1)|x.permute(0, 1)|x.transpose(0, 0)|x.transpose(0, 1)|x.t()|x[0].t()|x.T|x.mT|x.movedim(0, 0)|x.swapaxes(0, 0)|x.flatten()|x.flatten(0, 0)
x[0].flatten()|x.ravel()|x.t().ravel()|x.unflatten(0, (2,))|x.narrow(0, 0, 2)|x.select(0, 0)|x.chunk(1)[0]|x.split(2)[0]|x.unbind(0)[0]|torch.tensor_split(x, 1)[0]
x[:]|x[...]|x[None]|x[0:2]|x[0]|x[:, ::2]|x[0, 1]|x[[0, 1]]|x[torch.tensor([0, 1])]|x[torch.tensor([True, True])]|x[True]|x.diagonal()|x.diag()|torch.diag(x[0])
torch.diag_embed(x)|x.unfold(0, 2, 2)|x.detach()|x.clone()|x.contiguous()|x.t().contiguous()|x[0].contiguous()|x.to(x.dtype)|x.type_as(x)|torch.positive(x)
torch.atleast_1d(x)|torch.atleast_2d(x)|torch.atleast_3d(x)|torch.broadcast_to(x, (2, 3))|torch.broadcast_tensors(x, x)[0]|torch.meshgrid(x[0], x[1], indexing="ij")[0]
x.flip(0)|x.flip([])|x.rot90()|torch.rot90(x, 0)|torch.rot90(x, 4)|x.roll(0, 0)|x.roll(0)|x.roll(2, 0)|x.roll(3, 1)|x.repeat(1, 1)|x.repeat(1, 1, 1)|x.tile((1,))|x.tile((1, 1))
x.repeat_interleave(1, 0)|x[0].repeat_interleave(1)|torch.cat([x])|torch.stack([x])|torch.hstack([x])|torch.vstack([x])|F.pad(x, (0, 0))|F.pad(x, (0, 0, 0, 0))|F.pad(x, (-1, 0))
F.pad(x.view(1, 2, 3), (0, 0), mode="reflect")|F.pad(x.view(1, 2, 3), (0, 0), mode="replicate")|F.pad(x.view(1, 2, 3), (0, 0), mode="circular")|x.diff(n=0)|x.tril(9)|x.triu(-9)
x.abs()|x.clamp(-9, 9)|x.add(0)|x.sub(0)|x.mul(1)|x.div(1)|x.pow(1)|x.maximum(x)|x.minimum(x)|x.fmod(9)|x.remainder(9)|torch.where(x.gt(-9), x, x)|x.masked_fill(x.gt(9), 0)|x.nan_to_num()
F.relu(x)|F.relu6(x)|F.leaky_relu(x)|F.threshold(x, -9, 0)|F.hardtanh(x, -9, 9)|F.dropout(x, 0.5, False)|F.dropout(x, 0.0)|F.softshrink(x, 0)
x.sum([0, 1])|x[0].sum([])|x[0, 0].sum()|x[0, 0].mean()|x[0, 0].amax()|x[0, 0].max()|x[0, 0].min()|x[0, 0].prod()|x[0, 0].median()|x[0, 0].logsumexp(0)|x[0:1].sum(0)|x[0:1].mean(0)|x[0:1].amax(0)
x[0:1].max(0).values|x[0:1].prod(0)|x.view(2, 3, 1).logsumexp(2)|x[0:1].cumsum(0)|x[0:1].cumprod(0)|x[0:1].cummax(0).values|x[0:1].logcumsumexp(0)|x[0:1].sort(0).values|x[0:1].topk(1, 0).values
x[0:1].kthvalue(1, 0).values|x[0:1].median(0).values|x.gather(0, torch.zeros(2, 3).long())|x.index_select(0, torch.tensor([0, 1]))|x.take(torch.tensor([0, 1]))|torch.take_along_dim(x, torch.zeros(2, 3).long(), 0)
x.index_add(0, torch.tensor([0]), torch.zeros(1, 3))|x.index_copy(0, torch.tensor([0]), x[0:1].clone())|x.index_fill(0, torch.tensor([0]), 0)|x.scatter(0, torch.zeros(1, 3).long(), 0.0)|x.scatter_add(0, torch.zeros(1, 3).long(), torch.zeros(1, 3))
torch.einsum("ij->ij", x)|torch.einsum("ij->ji", x)|torch.einsum("ii->i", x[:, 0:2])|torch.einsum("ij->", x)|x.mm(torch.eye(3))|torch.matmul(x, torch.eye(3))|torch.linalg.matrix_power(x[:, 0:2], 1)|torch.kron(x, torch.ones(1, 1))
F.pixel_shuffle(x.view(1, 1, 2, 3), 1)|F.pixel_unshuffle(x.view(1, 1, 2, 3), 1)|F.interpolate(x.view(1, 1, 2, 3), size=(2, 3))|F.interpolate(x.view(1, 1, 2, 3), scale_factor=1.0)|F.interpolate(x.view(1, 1, 2, 3), size=(2, 3), mode="bilinear")
F.interpolate(x.view(1, 1, 2, 3), size=(2, 3), mode="area")|F.unfold(x.view(1, 1, 2, 3), 1)|F.fold(x.view(1, 1, 6), (2, 3), 1)|F.max_pool2d(x.view(1, 2, 3), 1)|F.avg_pool2d(x.view(1, 2, 3), 1)|F.max_pool1d(x, 1)|F.avg_pool1d(x, 1)
F.adaptive_avg_pool2d(x.view(1, 2, 3), (2, 3))|F.adaptive_max_pool2d(x.view(1, 2, 3), (2, 3))|F.adaptive_avg_pool1d(x, 3)|nn.Identity()(x)|nn.Flatten(0)(x[0])|nn.Flatten()(x)|nn.Unflatten(1, (3, 1))(x)|nn.ChannelShuffle(1)(x.view(1, 2, 3, 1))
nn.PixelShuffle(1)(x.view(1, 1, 2, 3))|nn.Upsample(scale_factor=1)(x.view(1, 1, 2, 3))|nn.ZeroPad2d(0)(x.view(1, 2, 3))|nn.ReflectionPad1d(0)(x)|nn.Sequential()(x)|nn.Dropout(0.5).eval()(x)'''

# operations of a tensor a [2, 3] between 0.2 and 0.9
OPS = '''a.abs()|a.neg()|a.exp()|a.exp2()|a.expm1()|a.log()|a.log2()|a.log10()|a.log1p()|a.sqrt()|a.rsqrt()|a.square()|a.reciprocal()|a.sin()|a.cos()|a.tan()|a.asin()|a.acos()|a.atan()|a.sinh()|a.cosh()|a.tanh()
a.asinh()|a.add(1).acosh()|a.atanh()|a.erf()|a.sigmoid()|a.floor()|a.ceil()|a.trunc()|a.frac()|a.round()|a.sign()|a.nan_to_num()|a.relu()|a.clamp(0.3, 0.6)|a.clamp(min=0.3)|a.clamp(max=0.6)|a.clamp(b, c)
F.relu6(a)|F.elu(a)|F.selu(a)|F.leaky_relu(a)|F.gelu(a)|F.gelu(a, approximate="tanh")|F.silu(a)|F.mish(a)|F.softplus(a)|F.hardswish(a)|F.hardsigmoid(a)|F.hardtanh(a)|F.logsigmoid(a)|F.softsign(a)|F.tanhshrink(a)|F.softshrink(a)|F.threshold(a, 0.5, 0.0)
a.add(1)|a.sub(1)|a.mul(2)|a.div(2)|a.pow(2)|a.pow(3)|a.pow(0.5)|a.pow(b)|torch.pow(b, a)|a.add(b)|a.sub(b)|a.mul(b)|a.div(b)|torch.div(b, a)|a.mul(c)|a.div(c)|torch.div(c, a)|a.maximum(b)|a.minimum(c)|a.fmod(0.3)|a.remainder(0.3)|a.fmod(b)|a.remainder(c)
torch.atan2(a, b)|torch.atan2(a, c)|a.floor_divide(0.3)|a.mul(a)|torch.where(c.gt(0.5), a, b)|a.masked_fill(c.gt(0.5), 0)|a.to(torch.float32)|a.gt(0.5).mul(a)
a.sum()|a.sum(0)|a.mean()|a.mean(1)|a.prod()|a.prod(1)|a.amax()|a.amax(1)|a.amin(0)|a.max()|a.min()|a.max(1).values|a.min(0).values|a.var()|a.var(1)|a.std()|a.std(0)|a.norm()|a.norm(1)|a.norm(2, 1)|a.logsumexp(1)|a.median()|a.median(1).values|a.nansum()
a.cumsum(1)|a.cumprod(1)|a.logcumsumexp(1)|a.cummax(1).values|a.cummin(1).values|a.diff()|a.sort(1).values|a.topk(2, 1).values|a.kthvalue(2, 1).values|torch.trace(a)|a.softmax(1)|a.log_softmax(1)|F.softmin(a, 1)
a.reshape(6)|a.t()|a[0]|a[[0, 1]]|a[torch.tensor([1, 0])]|a[:, 1:]|a.flip(0)|a.roll(1, 0)|a.repeat(2, 1)|a.expand(2, 2, 3)|a.tril()|a.triu()|a.diag()|torch.diag_embed(a)|torch.cat([a, b])|torch.stack([a, b])|F.pad(a, (1, 1))|a.repeat_interleave(2, 0)|a.clone()|a.contiguous()
a.gather(1, torch.zeros(2, 1).long())|a.index_select(1, torch.tensor([0, 2]))|a.take(torch.tensor([0, 5]))|a.scatter(1, torch.zeros(2, 1).long(), 1.0)|a.scatter_add(1, torch.zeros(2, 3).long(), b)|a.index_add(0, torch.tensor([0]), b[0:1])|a.index_fill(0, torch.tensor([0]), 1.0)
a.mm(b.t())|a.mm(c.t())|torch.mm(c.t(), a)|a.matmul(b[0])|a[0].dot(b[0])|torch.outer(a[0], b[0])|torch.bmm(a.view(1, 2, 3), b.view(1, 3, 2))|torch.addmm(torch.ones(2, 2), a, b.t())|torch.einsum("ij,ij->i", a, b)|torch.einsum("ij->j", a)|torch.kron(a, b)|torch.tensordot(a, b, 2)|F.linear(a, b)|F.linear(c, a)
F.mse_loss(a, c)|F.l1_loss(a, c)|F.smooth_l1_loss(a, c)|F.huber_loss(a, c)|F.binary_cross_entropy(a, c)|F.binary_cross_entropy_with_logits(a, c)|F.cross_entropy(a, torch.tensor([0, 2]))|F.nll_loss(a, torch.tensor([0, 2]))|F.kl_div(a, c)|F.cosine_similarity(a, b)|F.normalize(a)|F.pairwise_distance(a, b)|torch.cdist(a, b)
F.layer_norm(a, (3,))|F.rms_norm(a, (3,))|F.group_norm(a.view(1, 2, 3), 1)|F.instance_norm(a.view(1, 2, 3))|F.batch_norm(a, None, None, training=True)|F.batch_norm(a, torch.zeros(3), torch.ones(3))|F.local_response_norm(a.view(1, 2, 3), 2)
F.conv1d(a.view(1, 2, 3), torch.ones(1, 2, 2))|F.conv1d(torch.ones(1, 2, 4), a.view(1, 2, 3))|F.conv1d(a.view(1, 2, 3), b.view(1, 2, 3))|F.conv_transpose1d(a.view(1, 2, 3), torch.ones(2, 1, 2))|F.max_pool1d(a, 2)|F.avg_pool1d(a, 2)|F.adaptive_avg_pool1d(a, 2)|F.adaptive_max_pool1d(a, 2)
F.interpolate(a.view(1, 2, 3), size=5)|F.interpolate(a.view(1, 2, 3), size=5, mode="linear")|F.pixel_shuffle(a[:, 0:2].reshape(1, 4, 1, 1), 2)|F.embedding(torch.tensor([0, 1, 0]), a)|F.unfold(a.view(1, 1, 2, 3), 2)|F.fold(a.reshape(1, 6, 1), (2, 3), (2, 3))|F.dropout(a, 0.5, False)
torch.linalg.det(a[:, 0:2])|torch.linalg.inv(a[:, 0:2])|torch.linalg.slogdet(a[:, 0:2]).logabsdet|torch.linalg.solve(a[:, 0:2], c[:, 0:1])|torch.linalg.solve(c[:, 0:2], a[:, 0:1])|torch.linalg.matrix_power(a[:, 0:2], 2)|torch.linalg.matrix_power(a[:, 0:2], 1)|torch.linalg.cholesky(a.mm(a.t()))|torch.linalg.vector_norm(a)|torch.linalg.pinv(a)|torch.linalg.qr(a).R|torch.linalg.svd(a, full_matrices=False).S'''

# operations whose slope at NaN, infinity or a corner is worth a look
CORNERS = '''z.abs()|z.exp()|z.log()|z.sqrt()|z.rsqrt()|z.square()|z.reciprocal()|z.sin()|z.tanh()|z.sigmoid()|z.erf()|z.sign()|z.floor()|z.round()|z.frac()|z.nan_to_num()|z.relu()|z.clamp(-1, 1)|z.clamp(min=0)|z.clamp(max=0)|z.pow(2)|z.pow(3)|z.pow(0.5)|z.pow(0)
F.relu6(z)|F.elu(z)|F.selu(z)|F.leaky_relu(z)|F.gelu(z)|F.silu(z)|F.mish(z)|F.softplus(z)|F.hardswish(z)|F.hardsigmoid(z)|F.hardtanh(z)|F.logsigmoid(z)|F.softsign(z)|F.tanhshrink(z)|F.softshrink(z)|F.hardshrink(z)|F.threshold(z, 0.5, 0.0)
z.maximum(w)|z.minimum(w)|w.maximum(z)|w.minimum(z)|torch.where(z.gt(0), z, w)|z.masked_fill(z.gt(0), 0)|z.amax(0)|z.amin(0)|z.max(0).values|z.min(0).values|z.max()|z.min()|z.median()|z.median(0).values|z.sum(0)|z.nansum(0)|z.prod(0)|z.cumsum(0)|z.cummax(0).values|z.sort(0).values|z.topk(3, 0).values|z.logsumexp(0)|z.softmax(0)|z.norm()|z.mean(0)'''


# writes under masks that only the device counts, of a [2, 3] and v [3]
MASKS = '''a[x.gt(0.45)] = v|a[x.gt(0.45)] = v[0:1]|a[x[:, 0].gt(0.5)] = v|a[:, x[0].gt(0.45)] = v[0:2]|a[:, x[0].gt(0.45)] = v[0:2].mul(torch.tensor([[1.0], [2.0]]))|a[x[:, 0].gt(0), 1] = v[0:2]|a[x[:, 0].gt(0), 1] = v[0]
a[x[:, 0].gt(0), torch.tensor([0, 2])] = v[0:2]|a[x[:, 0].gt(0), [0, 2]] = v[1]|a[x[:, 0].gt(0), torch.tensor([True, False, True])] = v[0:2]|a[x[:, 0].gt(0), x[0].gt(0.45)] = v[0:2]|a[x[:, 0].gt(0.5), x[1].gt(0.45)] = v[2]
a[torch.tensor([1, 0], dtype=torch.uint8)] = v|a[torch.tensor([[1, 0, 1], [0, 1, 0]], dtype=torch.uint8)] = v|a = a[torch.tensor([1, 0], dtype=torch.uint8)]|a = a[x[0].gt(9).to(torch.uint8)[0:2]]'''

# options that few use
OPTIONS = '''torch.unique(torch.tensor([[1.0, 2.0], [0.0, 1.0], [1.0, 2.0]]), dim=0)|torch.unique(torch.tensor([[1, 2, 1], [0, 1, 0]]), dim=1)|torch.unique(torch.tensor([[1, 2, 1], [0, 1, 0]]), dim=1, return_counts=True, return_inverse=True)[1]
torch.unique(torch.tensor([[1, 2, 1], [0, 1, 0]]), dim=1, return_inverse=True, return_counts=True)[2]|torch.unique(torch.tensor([[[1, 2], [3, 4]], [[1, 2], [3, 5]]]), dim=1)|torch.searchsorted(torch.tensor([3.0, 1.0, 2.0]), torch.tensor([1.5, 2.0, 9.0]), sorter=torch.tensor([1, 2, 0]))
torch.searchsorted(torch.tensor([[3.0, 1.0], [5.0, 6.0]]), torch.tensor([[2.0], [6.0]]), sorter=torch.tensor([[1, 0], [0, 1]]), right=True)'''


def calls(table):
    return [c.strip() for line in table.strip().split('\n') for c in line.split('|')]


def tag(call):
    return ''.join(ch if ch.isalnum() else '_' for ch in call).strip('_')


def tensors(ins, grad=()):
    env = names()
    for i in ins:
        t = torch.from_numpy(np.array(i.make(np.random.default_rng(0)), copy=True))
        env[i.name] = t
    return env


def outcome(source, ins):
    """0 if every line runs, 1 if only the last one raises, 2 otherwise."""
    env = tensors(ins)
    body = ast.parse(source).body
    for k, node in enumerate(body):
        try:
            exec(compile(ast.Module([node], []), 'p', 'exec'), env)
        except Exception:
            return 1 if k == len(body) - 1 else 2
    return 0


def lines(*parts):
    return '\n'.join(p for p in parts if p)


def build(g):
    x = lambda: C('x', X)
    rest = lambda: [C('b', [[0.6, 0.3, 0.8], [0.25, 0.75, 0.45]]), C('c', [[0.35, 0.65, 0.55], [0.85, 0.15, 0.95]])]

    # whether a result is the tensor, a view of it, or new: what is then marked and written shows
    g.cat('aliases')
    for call in calls(CALLS):
        src = 'y = %s\ny.requires_grad_()\nrg = x.requires_grad\nwith torch.no_grad():\n    y.add_(100)\nout = x' % call
        if outcome(src, [x()]):
            src = 'y = %s\ny.requires_grad_()\nrg = x.requires_grad\nwith torch.no_grad():\n    x.add_(100)\nout = y.detach()' % call
        g.prog(tag(call), src, [x()], ['rg', 'out'])

    # a write to the operand, or to the result, between forward and backward; and a second backward
    for kind, after in [('operand_written', 'a.add_(1)'), ('result_written', 'y.add_(1)'), ('twice', None)]:
        g.cat(kind)
        for call in calls(OPS):
            head = 'x.requires_grad_()\nb.requires_grad_()\na = x.mul(1)\nb = b.mul(1)' if after else 'x.requires_grad_()\na = x'
            if after:
                src = lines(head, 'y = ' + call, after, 'y.sum().backward()')
            else:
                src = lines(head, 'y = %s.sum()' % call, 'y.backward()', 'y.backward()')
            ins = [x()] + rest()
            got = outcome(src, ins)
            if got == 2:
                continue
            if got == 1:
                g.prog(tag(call), src, ins, ['c'], raises=True)
            else:
                g.prog(tag(call), src + '\nout = x.grad', ins, ['out'])

    g.cat('corners')
    special = [math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 3.0, -3.0, 6.0, 20.0, -20.0]
    for call in calls(CORNERS):
        ins = [C('z', special), C('w', [0.5, 1.0, math.nan, 0.0, 0.0, 1.0, -2.0, math.inf, -0.5, -math.inf, 3.0, 6.0, 1.0, 2.0])]
        src = 'z.requires_grad_()\nw.requires_grad_()\n%s.backward(torch.ones_like(%s))\nout = z.grad' % (call, call)
        if outcome(src, ins) == 0:
            g.prog(tag(call), src, ins, ['out'], special=True)

    g.cat('masks')
    for k, call in enumerate(calls(MASKS)):
        src = 'x.requires_grad_()\nv.requires_grad_()\na = x.mul(1)\n%s\na.sin().sum().backward()\nout = a.detach()\ngx = x.grad\ngv = v.grad' % call
        assert outcome(src, [x(), C('v', [0.6, 0.3, 0.8])]) == 0, call
        g.prog('%d_%s' % (k, tag(call)), src, [x(), C('v', [0.6, 0.3, 0.8])], ['out', 'gx', 'gv'])

    g.cat('options')
    for k, call in enumerate(calls(OPTIONS)):
        g.prog('%d' % k, 'name = %d\nout = %s' % (k, call), [], ['out'])

    g.cat('random')
    for seed in range(int(os.environ.get('PROGRAMS', 80))):
        src, ret, raises = random_program(seed)
        g.prog('p%d' % seed, src, [x(), C('v', [0.6, 0.3, 0.8])], ret, raises=raises)


VIEWS = ['%s.t()', '%s.view(6)', '%s.reshape(3, 2)', '%s[0]', '%s[1]', '%s[:, 1:]', '%s[:, ::2]', '%s.unsqueeze(0)', '%s.flatten()', '%s.narrow(0, 0, 1)',
         '%s.select(0, 0)', '%s.diagonal()', '%s.view(-1)', '%s.expand(2, 2, 3)', '%s.detach()', '%s.chunk(2)[0]', '%s.unbind(0)[1]', '%s[[1, 0]]', '%s.flip(0)', '%s.clone()', '%s.contiguous()']
WRITES = ['%s.mul_(2)', '%s.add_(1)', '%s.add_(v[0])', '%s.mul_(w)', '%s.sin_()', '%s.exp_()', '%s.zero_()', '%s.fill_(0.5)', '%s.copy_(%s)', '%s[0] = 0.5', '%s[-1] = w', '%s.pow_(2)', '%s.sigmoid_()', '%s.tanh_()', '%s.neg_()']
MAKES = ['%s.mul(2)', '%s.sin()', '%s.exp()', '%s.mul(w)', '%s.add(1)', '%s.sum(0)', '%s.pow(2)', '%s.relu()']


def random_program(seed):
    """Leaves, views, writes and hooks at random, as long as PyTorch runs them; then a backward, which it may refuse."""
    r = random.Random(seed)
    start = [r.choice(['x.requires_grad_()\nt0 = x.mul(1)', 't0 = x.clone()', 'x.requires_grad_()\nt0 = x', 't0 = x.view(3, 2).requires_grad_()']), 'w = v[1].clone().requires_grad_()']
    src = '\n'.join(start)
    ins = lambda: [C('x', X), C('v', [0.6, 0.3, 0.8])]
    made = ['t0']
    retained = []
    n = r.randint(4, 9)
    tries = 0
    while n > 0 and tries < 80:
        tries += 1
        t = r.choice(made)
        kind = r.random()
        new = None
        if kind < 0.38:
            if t == 't0' and start[0].endswith('view(3, 2).requires_grad_()'):
                continue  # PyTorch loses the way from a view of such a leaf to the leaf when either is written
            new = 't%d' % len(made)
            line = '%s = %s' % (new, r.choice(VIEWS) % t)
        elif kind < 0.55:
            new = 't%d' % len(made)
            line = '%s = %s' % (new, r.choice(MAKES) % t)
        elif kind < 0.9:
            w = r.choice(WRITES)
            line = w % ((t, r.choice(made)) if w.count('%s') == 2 else t)
            if r.random() < 0.3:
                line = 'with torch.no_grad():\n    ' + line
        elif kind < 0.95:
            line = '%s.retain_grad()' % t
            retained.append(t)
        else:
            line = '%s.requires_grad_(%s)' % (t, r.choice(['', 'False']))
        if outcome(src + '\n' + line, ins()):
            continue
        src += '\n' + line
        n -= 1
        if new:
            made.append(new)
    end = r.choice(made)
    ends = [end, r.choice(made)]
    terms = 'w.mul(3)'
    for e in ends:
        terms += '.add(%s.sin().sum())' % e
    src += '\nloss = ' + terms
    if outcome(src, ins()):
        src = src.rsplit('\n', 1)[0] + '\nloss = w.mul(3)'
    last = src + '\nloss.backward()'
    got = outcome(last, ins())
    if got:
        return last, ['v'], True
    shown = []
    for t in made:
        for field, read in (('rg', 'requires_grad'), ('leaf', 'is_leaf')):
            line = '%s%s = %s.%s' % (t, field, t, read)
            if not outcome(last + '\n' + line, ins()):
                last += '\n' + line
                shown.append(t + field)
        line = '%sv = %s.detach()' % (t, t)
        last += '\n' + line
        shown.append(t + 'v')
    last += '\ngx = x.grad\ngw = w.grad'
    shown += ['gx', 'gw']
    for t in dict.fromkeys(retained):
        last += '\n%sg = %s.grad' % (t, t)
        shown.append(t + 'g')
    return last, shown, False

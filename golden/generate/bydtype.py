"""Every operation on every dtype: dtype and values of the result, or PyTorch's refusal.

A row is one call. Its inputs are whole numbers, from which each dtype makes its own: bool x > 0, unsigned |x|, integers x,
fractions x / 2; an input that keeps a dtype of its own (an index, a mask) says so. `results` has for every dtype the outputs as
[dtype, shape, values], or the error; "gap" where PyTorch lacks a kernel for the dtype and no more.
PyTorch has next to nothing for uint32: there the results are those of int64, modulo 2^32. Where it takes int64 and not int32
(indices, targets), int64 stands for int32, as it does everywhere else here.
"""
import json
import math
import os
import warnings
import numpy as np
import torch
from core import In, enc, find_inputs, resolve, subst
warnings.filterwarnings('ignore')
DTYPES = ['bool', 'uint8', 'int32', 'uint32', 'float16', 'float32', 'float64']
# what stays uint32 there, as int64 stays int64
COUNTED = {'sum', 'prod', 'nansum', 'cumsum', 'cumprod', 'trace'}
# compositions whose differences wrap around, which int64 does not show
WRAPPING = {'pairwise_distance', 'margin_ranking_loss', 'triplet_margin_loss', 'triplet_margin_with_distance_loss'}

class V(In):
    """An input of the dtype of the row, or of its own."""

    def __init__(self, name, values, own=None):
        super().__init__(name, None)
        self.values, self.own = (np.asarray(values), own)

    def tensor(self, dtype):
        t = torch.from_numpy(np.array(self.values, dtype=np.int64))
        if self.own:
            return t.to(getattr(torch, self.own))
        if dtype == 'bool':
            return t > 0
        if dtype.startswith('u'):
            return t.abs().to(getattr(torch, dtype))
        return (t.to(torch.float64) / 2).to(getattr(torch, dtype)) if dtype.startswith('f') else t.to(getattr(torch, dtype))

class DT:
    """The dtype of the row as an argument."""
ROWS = []

def row(op, call, kwargs=None, tag=None, result=None, inplace=False):
    ROWS.append(dict(op=op, call=list(call), kwargs=kwargs or {}, tag=tag, result=result, inplace=inplace))

def with_dtype(v, dtype):
    if v is DT:
        return getattr(torch, dtype)
    if isinstance(v, (list, tuple)):
        return [with_dtype(i, dtype) for i in v]
    if isinstance(v, dict):
        return {k: with_dtype(i, dtype) for k, i in v.items()}
    return v

def outputs(o):
    if isinstance(o, torch.Tensor):
        return [o]
    if isinstance(o, (bool, int, float)):
        return [torch.tensor(o)]
    return [t for i in o if i is not None for t in outputs(i)]

def run(r, dtype):
    ins = find_inputs([r['call'], r['kwargs']], {})
    env = {n: i.tensor(dtype) for n, i in ins.items()}
    args, kwargs = (subst(with_dtype(r['call'], dtype), env), subst(with_dtype(r['kwargs'], dtype), env))
    torch.manual_seed(0)
    if r['inplace']:
        o = args[0].clone()
        getattr(o, r['op'].rpartition('.')[2])(*args[1:], **kwargs)
    else:
        o = resolve(r['op'])(*args, **kwargs)
    if r['result']:
        o = getattr(o, r['result'])
    return outputs(o)

def number(x):
    if isinstance(x, bool):
        return int(x)
    if isinstance(x, int):
        return x
    if math.isnan(x) or math.isinf(x):
        return 'nan' if math.isnan(x) else 'inf' if x > 0 else '-inf'
    x = float('%.7g' % x)
    return int(x) if x == int(x) and abs(x) < 1e15 else x

def encoded(t, name=None):
    return [name or str(t.dtype).replace('torch.', ''), list(t.shape), [number(x) for x in t.detach().reshape(-1).tolist()]]

def attempt(r, dtype):
    try:
        # weights that are not fractions count in float64, which is float32 here but in rows of it
        halved = lambda t: 'float32' if t.dtype == torch.float64 and dtype != 'float64' else None
        return [encoded(t, halved(t)) for t in run(r, dtype)]
    except (RuntimeError, TypeError, ValueError, IndexError, AssertionError, NotImplementedError) as e:
        text = str(e).strip().split('\n')[0]
        gap = isinstance(e, NotImplementedError) or 'not implemented for' in text or 'not supported for' in text.lower()
        return {'error': '%s: %s' % (type(e).__name__, text[:120]), **({'gap': True} if gap else {})}

def signed(r):
    """int32, or int64 where PyTorch takes that alone."""
    given = attempt(r, 'int32')
    wide = given if isinstance(given, list) else attempt(r, 'int64')
    return [['int32' if d == 'int64' else d, *rest] for d, *rest in wide] if isinstance(wide, list) else given

def unsigned(r):
    """uint32 by int64: beside int32 the result is int32, of sums uint32."""
    short = r['op'].rpartition('.')[2]
    asked = DT in r['kwargs'].values()
    given, byte = (attempt(r, 'uint32'), attempt(r, 'uint8'))
    if isinstance(given, list) and short not in COUNTED and r['tag'] != 'beside_int32':
        return given
    if short == 'hardtanh' and not isinstance(byte, list):
        return byte
    if short in WRAPPING:
        return {'error': 'not known', 'gap': True}
    def positive(v):
        return v.tensor('uint8').to(torch.int64) if not v.own else v.tensor('int64')
    ins = find_inputs([r['call'], r['kwargs']], {})
    try:
        env = {n: positive(i) for n, i in ins.items()}
        args, kwargs = (subst(with_dtype(r['call'], 'int64'), env), subst(with_dtype(r['kwargs'], 'int64'), env))
        o = args[0].clone() if r['inplace'] else None
        if r['inplace']:
            getattr(o, r['op'].rpartition('.')[2])(*args[1:], **kwargs)
        else:
            o = resolve(r['op'])(*args, **kwargs)
        o = outputs(getattr(o, r['result']) if r['result'] else o)
        small = run(r, 'int32')
    except (RuntimeError, TypeError, ValueError, IndexError, AssertionError, NotImplementedError):
        wide = attempt(r, 'int64')
        # an index or a target in uint32 may be taken
        return wide if not isinstance(wide, list) else {**given, 'gap': True}
    out = []
    for wide, narrow in zip(o, small):
        stays = (narrow.dtype == torch.int32 and ('dtype' not in r['kwargs'] or asked)) or (wide.dtype == torch.int64 and (asked or short in COUNTED) and ('dtype' not in r['kwargs'] or asked))
        if stays and r['tag'] == 'beside_int32':
            out.append(encoded(wide.to(torch.int32)))
        else:
            out.append(encoded(wide.to(torch.int64) % 2 ** 32, 'uint32') if stays else encoded(wide))
    return out

def build(path):
    define()
    rows = []
    ids = set()
    for r in ROWS:
        base = r['op'].replace('torch.', '').replace('Tensor.', '') + ('.' + r['tag'] if r['tag'] else '')
        assert base not in ids, base
        ids.add(base)
        ins = find_inputs([r['call'], r['kwargs']], {})
        case = {'id': base, 'op': r['op'], 'call': encode(r['call']), 'kwargs': encode(r['kwargs'])}
        case['inputs'] = {n: [list(i.values.shape), i.values.reshape(-1).tolist()] + ([i.own] if i.own else []) for n, i in ins.items()}
        if r['inplace']:
            case['inplace'] = True
        if r['result']:
            case['result'] = r['result']
        case['results'] = {d: unsigned(r) if d == 'uint32' else signed(r) if d == 'int32' else attempt(r, d) for d in DTYPES}
        rows.append(case)
    with open(os.path.join(path, 'bydtype.json'), 'w') as f:
        f.write('{"format":1,"group":"bydtype","reference":"PyTorch %s (CPU)","count":%d,"rows":[\n' % (torch.__version__.split('+')[0], len(rows)))
        f.write(',\n'.join(json.dumps(c, separators=(',', ':')) for c in rows))
        f.write('\n]}\n')
    return rows

def encode(v):
    if v is DT:
        return {'dtype': '@'}
    if isinstance(v, (list, tuple)):
        return [encode(i) for i in v]
    if isinstance(v, dict):
        return {k: encode(i) for k, i in v.items()}
    return enc(v)

X = [[-3, 2, 0], [5, -1, 4]]

def x(name='x', values=X):
    return V(name, values)

def index(name, values):
    return V(name, values, 'int64')

def mask(name, values):
    return V(name, values, 'bool')

def define():
    elementwise()
    pairs()
    reductions()
    choosing()
    movement()
    indexing()
    products()
    linear_algebra()
    special()
    functional()
    layers()
    losses()
    creation()
    inplace()
    import bydtype_further  # it takes row() from here
    bydtype_further.define()

def elementwise():
    for n in 'abs acos acosh asin asinh atan atanh ceil cos cosh erf exp exp2 expm1 floor frac isfinite isinf isnan log log10 log1p log2 logical_not bitwise_not nan_to_num neg reciprocal relu round rsqrt sigmoid sign sin sinh sqrt square tan tanh trunc'.split():
        row('torch.' + n, [x()])
    for n in 'elu gelu hardsigmoid hardswish leaky_relu logsigmoid mish relu6 selu silu softplus softshrink softsign tanhshrink celu hardshrink hardtanh'.split():
        row('F.' + n, [x()])
    row('F.hardtanh', [x()], {'min_val': 1, 'max_val': 3}, tag='ends')
    row('F.threshold', [x(), 1, 3])
    row('F.glu', [x(values=[[1, -2, 3, 4]])])
    row('F.prelu', [x(), x('w', [1])])
    row('torch.round', [x()], {'decimals': 1}, tag='decimals')
    row('torch.clamp', [x(), 1, 3])
    row('torch.clamp', [x(), 1.5, None], tag='fraction')
    row('torch.clamp', [x(), x('low', [1, 0, 2])], tag='tensor')

def pairs():
    b = lambda: x('b', [1, 4, 3])
    for n in 'add sub rsub mul div floor_divide remainder fmod pow maximum minimum atan2 eq ne lt le gt ge logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift true_divide'.split():
        row('torch.' + n, [x(), b()])
        if n not in ('maximum', 'minimum', 'atan2', 'logical_and', 'logical_or', 'logical_xor'):
            row('torch.' + n, [x(), 2], tag='number')
        if n in ('add', 'sub', 'rsub', 'mul', 'div', 'floor_divide', 'remainder', 'fmod', 'pow', 'eq', 'lt'):
            row('torch.' + n, [x(), 1.5], tag='fraction')
            row('torch.' + n, [x(), True], tag='true')
        if n not in ('rsub', 'bitwise_left_shift', 'bitwise_right_shift', 'logical_and', 'logical_or', 'logical_xor') and not n.startswith('bitwise'):
            row('torch.' + n, [x(), V('f', [1, 2, 4], 'float32')], tag='beside_float32')
        if n not in ('rsub',):
            row('torch.' + n, [x(), V('i', [1, 2, 4], 'int32')], tag='beside_int32')
    for mode in ('floor', 'trunc'):
        row('torch.div', [x(), b()], {'rounding_mode': mode}, tag=mode)
    row('torch.add', [x(), b()], {'alpha': 2}, tag='alpha')
    row('torch.sub', [x(), b()], {'alpha': 2}, tag='alpha')
    row('torch.lerp', [x(), b(), 0.25])
    row('torch.lerp', [x(), b(), x('w', [1, 0, 2])], tag='tensor')
    row('torch.where', [mask('c', [1, 0, 1]), x(), b()])
    row('torch.where', [mask('c', [1, 0, 1]), x(), 2], tag='number')
    row('torch.where', [x('c'), V('p', 1, 'float32'), V('q', 2, 'float32')], tag='condition')

def reductions():
    for n in 'sum prod mean amax amin all any var std argmax argmin logsumexp count_nonzero nansum norm'.split():
        row('torch.' + n, [x()], {'dim': 1})
        if n not in ('logsumexp',):
            row('torch.' + n, [x()], tag='all')
    for n in ('sum', 'prod', 'mean', 'nansum', 'cumsum', 'cumprod'):
        for to in ('float32', 'int32'):
            row('torch.' + n, [x()], {'dim': 1, 'dtype': getattr(torch, to)}, tag=to)
    for n in ('max', 'min'):
        row('torch.' + n, [x()])
        row('torch.' + n, [x(), 1], tag='dim')
        row('torch.' + n, [x(), x('b', [1, 4, 3])], tag='other')
    for n in 'cumsum cumprod cummax cummin logcumsumexp'.split():
        row('torch.' + n, [x(), 1])
    for n in ('softmax', 'log_softmax'):
        row('torch.' + n, [x(), 1])
        row('torch.' + n, [x(), 1], {'dtype': torch.float32}, tag='float32')
    row('F.softmin', [x()], {'dim': 1})
    row('F.normalize', [x()])
    row('torch.linalg.vector_norm', [x()])
    row('torch.linalg.norm', [x()])
    row('torch.diff', [x()])
    row('torch.trace', [x()])

def choosing():
    d = lambda: x(values=[[3, -1, 2], [-2, 5, 4]])
    row('torch.sort', [d()], {'dim': 1, 'stable': True})
    row('torch.argsort', [d()], {'dim': 1, 'stable': True})
    row('torch.topk', [x(values=[1, 5, -3, 2]), 1])
    row('torch.kthvalue', [x(values=[1, 5, -3, 2]), 4])
    row('torch.median', [x(values=[1, 5, -3, 2, 7])])
    row('torch.nanmedian', [x(values=[1, 5, -3, 2, 7])])
    row('torch.median', [x(values=[[1, 5, -3], [2, 7, 4]]), 1], tag='dim')
    row('torch.nanmedian', [x(values=[[1, 5, -3], [2, 7, 4]]), 1], tag='dim')
    row('torch.unique', [x(values=[2, 1, 2, 3])])
    row('torch.bincount', [x(values=[2, 1, 2, 4])])
    row('torch.bincount', [index('i', [2, 1, 2]), ], {'weights': x(values=[2, 1, 2])}, tag='weights')
    row('torch.histc', [x()], {'bins': 2})
    row('torch.searchsorted', [x('s', [1, 3, 5]), x('v', [2, 5])])


def movement():
    for n, a in [('reshape', [[6]]), ('permute', [[1, 0]]), ('flip', [[0]]), ('roll', [1, 1]), ('tile', [[2, 1]]), ('tril', []), ('triu', [1]), ('squeeze', []), ('unsqueeze', [0]), ('rot90', []), ('repeat_interleave', [2]), ('diag', []), ('diag_embed', []), ('unbind', []), ('diagonal', []), ('movedim', [0, 1]), ('broadcast_to', [[2, 2, 3]]), ('chunk', [2]), ('split', [1]), ('transpose', [0, 1]), ('t', []), ('flatten', []), ('clone', []), ('narrow', [1, 0, 2]), ('select', [1, 0]), ('detach', []), ('atleast_1d', []), ('atleast_2d', []), ('atleast_3d', []), ('positive', []), ('ravel', []), ('swapaxes', [0, 1]), ('tensor_split', [2])]:
        row('torch.' + n, [x()] + a)
    row('torch.unflatten', [x(), 1, [3, 1]])
    row('torch.broadcast_tensors', [x(), x('b', [1, 4, 3])])
    row('Tensor.view_as', [x(), x('b', [[1, 2], [3, 4], [5, 6]])])
    row('Tensor.expand_as', [x('b', [1, 4, 3]), x()])
    row('Tensor.expand', [x(), 2, 2, 3])
    row('Tensor.repeat', [x(), 2, 1])
    row('Tensor.view', [x(), 6])
    row('Tensor.contiguous', [x()])
    row('Tensor.unfold', [x(), 1, 2, 1])
    for n in ('cat', 'stack', 'hstack', 'vstack'):
        row('torch.' + n, [[x(), x('y', [[1, 0, -2], [3, 3, 3]])]])
        row('torch.' + n, [[x(), V('y', [[1, 0, -2], [3, 3, 3]], 'float32')]], tag='beside_float32')
    row('torch.meshgrid', [[x(values=[1, 2]), x('y', [3, 0])]], {'indexing': 'ij'})
    row('F.pad', [x(), [1, 1]], {'value': 1})
    row('F.pad', [x(values=[[[1, 2, 3]]]), [1, 1]], {'mode': 'reflect'}, tag='reflect')
    row('F.pixel_shuffle', [x(values=[[[1]], [[2]], [[3]], [[-4]]]), 2])
    row('F.pixel_unshuffle', [x(values=[[[1, 2], [3, -4]]]), 2])
    for to in ('bool', 'uint8', 'int32', 'float32'):
        row('Tensor.to', [x(values=[-3, 2, 0, 300]), getattr(torch, to)], tag=to)

def indexing():
    row('torch.gather', [x(), 1, index('i', [[0, 2], [1, 1]])])
    row('torch.gather', [V('v', [3, 4, 5], 'float32'), 0, x('i', [2, 0])], tag='index')
    row('torch.index_select', [x(), 1, index('i', [2, 0])])
    row('torch.index_select', [V('v', [3, 4, 5], 'float32'), 0, x('i', [2, 0])], tag='index')
    row('torch.take', [x(), index('i', [0, 5])])
    row('torch.take', [V('v', [3, 4, 5], 'float32'), x('i', [2, 0])], tag='index')
    row('torch.take_along_dim', [x(), index('i', [[0, 2], [1, 1]]), 1])
    row('torch.masked_select', [x(), mask('m', [1, 0, 1])])
    row('torch.masked_select', [V('v', [3, 4, 5], 'float32'), x('m', [1, 0, 1])], tag='mask')
    row('torch.masked_fill', [x(), mask('m', [1, 0, 1]), 1])
    row('torch.masked_fill', [V('v', [3, 4, 5], 'float32'), x('m', [1, 0, 1]), 1], tag='mask')
    row('torch.nonzero', [x()])
    row('torch.scatter', [x(), 1, index('i', [[0, 2], [1, 2]]), x('s', [[4, -2], [1, 7]])])
    row('torch.scatter_add', [x(), 1, index('i', [[0, 0], [1, 2]]), x('s', [[4, -2], [1, 7]])])
    for n in ('sum', 'prod', 'amax', 'amin', 'mean'):
        row('torch.scatter_reduce', [x(), 1, index('i', [[0, 0], [1, 2]]), x('s', [[4, -2], [1, 7]]), n], tag=n)
    row('torch.index_add', [x(), 1, index('i', [0, 0]), x('s', [[4, -2], [1, 7]])])
    row('torch.index_copy', [x(), 1, index('i', [0, 2]), x('s', [[4, -2], [1, 7]])])
    row('torch.index_fill', [x(), 1, index('i', [0, 2]), 1])
    row('torch.equal', [x(), x('b')])
    row('F.one_hot', [x(values=[1, 0, 2])], {'num_classes': 3})
    row('F.embedding', [index('i', [1, 0]), x('w')])
    row('F.embedding', [x('i', [1, 0]), V('w', X, 'float32')], tag='index')

def products():
    a, b = ([[1, -2, 3], [0, 5, -1]], [[2, 1], [-1, 0], [3, 4]])
    square = [[4, 2, 0], [2, 6, -2], [0, -2, 8]]
    row('torch.matmul', [x('a', a), x('b', b)])
    row('torch.matmul', [x('a', a), V('b', b, 'float32')], tag='beside_float32')
    row('torch.mm', [x('a', a), x('b', b)])
    row('torch.bmm', [x('a', [a]), x('b', [b])])
    row('torch.mv', [x('a', a), x('b', [1, 2, -1])])
    row('torch.dot', [x('a', [1, -2, 3]), x('b', [1, 2, -1])])
    row('torch.outer', [x('a', [1, -2]), x('b', [1, 2, -1])])
    row('torch.outer', [x('a', [1, -2]), V('b', [1, 2, -1], 'float32')], tag='beside_float32')
    row('torch.kron', [x('a', [1, -2]), x('b', [1, 2, -1])])
    row('torch.addmm', [x('c', [[1, 1], [2, 2]]), x('a', a), x('b', b)])
    row('torch.baddbmm', [x('c', [[[1, 1], [2, 2]]]), x('a', [a]), x('b', [b])])
    row('torch.einsum', ['ij,jk->ik', x('a', a), x('b', b)])
    row('torch.tensordot', [x('a', a), x('b', b)], {'dims': 1})
    row('torch.cdist', [x('a', a), x('b', [[2, 1, 0]])])
    row('F.linear', [x('a', a), x('w', [[1, 2, -1]])])
    row('F.linear', [x('a', a), x('w', [[1, 2, -1]]), V('b', [1], 'float32')], tag='float32_bias')
    row('F.bilinear', [x('a', [[1, -2]]), x('b', [[3, 1]]), x('w', [[[1, 2], [3, -4]]])])
    for n in ('cholesky', 'det', 'inv', 'matrix_power', 'pinv', 'slogdet', 'eigvalsh', 'svdvals'):
        row('torch.linalg.' + n, [x('a', square)] + ([2] if n == 'matrix_power' else []))
    row('torch.linalg.eigh', [x('a', square)], result='eigenvalues')
    row('torch.linalg.svd', [x('a', square)], result='S')
    row('torch.linalg.solve', [x('a', square), x('b', [[1], [2], [3]])])
    row('torch.linalg.solve_triangular', [x('a', [[2, 1], [0, 4]]), x('b', [[1], [2]])], {'upper': True})
    for n in ('det', 'inverse', 'logdet', 'matrix_power', 'pinverse', 'slogdet'):
        row('torch.' + n, [x('a', square)] + ([2] if n == 'matrix_power' else []))

def functional():
    image = [[[[1, -2, 3, 4], [0, 5, -1, 2], [2, 2, 3, -3], [1, 0, 1, 7]]]]
    row('F.channel_shuffle', [x(values=[[[1, -2], [3, 4]]]), 2])
    row('F.pdist', [x()])
    row('F.embedding_bag', [index('i', [[0, 1], [1, 1]]), x('w')], {'mode': 'sum'})
    row('F.grid_sample', [x(values=image), x('g', [[[[1, 0], [0, -1]]]])], {'align_corners': True})
    row('F.affine_grid', [x('t', [[[2, 0, 1], [0, 2, 0]]]), [1, 1, 2, 2]], {'align_corners': True})
    for n, v, i in [(1, [[[1, -2]]], [[[1, 2]]]), (2, [[[[1, -2]]]], [[[[1, 6]]]]), (3, [[[[[1, -2]]]]], [[[[[3, 6]]]]])]:
        row('F.max_unpool%dd' % n, [x(values=v), index('i', i), 2])
    row('F.fractional_max_pool2d', [x(values=image), 2], {'output_size': [2, 2], '_random_samples': x('s', [[[0, 0]]])})
    row('F.fractional_max_pool3d', [x(values=[image[0] * 4]), 2], {'output_size': [2, 2, 2], '_random_samples': x('s', [[[0, 0, 0]]])})
    for n in ('rrelu', 'rrelu_', 'relu_', 'celu_', 'elu_', 'selu_', 'leaky_relu_'):
        row('F.' + n, [x()])
    row('F.threshold_', [x(), 1, 2])
    row('F.hardtanh_', [x(), 0, 2])

def special():
    row('torch.i0', [x()])
    for n in 'i0e i1 i1e erfcx ndtr log_ndtr ndtri entr'.split():
        row('torch.special.' + n, [x()])
    row('torch.special.xlog1py', [x('a', [1, 0, 3]), x('b', [2, 1, 5])])
    row('torch.special.zeta', [x('a', [4, 6, 8]), x('b', [2, 1, 5])])
    row('torch.igamma', [x('a', [4, 1, 8]), x('b', [2, 1, 5])])
    row('torch.igammac', [x('a', [4, 1, 8]), x('b', [2, 1, 5])])

def linear_algebra():
    square = [[4, 2, 0], [2, 6, -2], [0, -2, 8]]
    a = lambda v=square: x('a', v)
    for n in ('matrix_norm', 'cond', 'matrix_rank', 'lu', 'diagonal'):
        row('torch.linalg.' + n, [a()])
    row('torch.linalg.matrix_norm', [a(), 1], tag='1')
    row('torch.linalg.norm', [a(), 'nuc'], tag='nuc')
    row('torch.linalg.matrix_exp', [a([[1, 0], [1, -1]])])
    row('torch.linalg.lu_factor', [a()])
    pivots = V('p', [1, 2, 3], 'int32')
    row('torch.linalg.lu_solve', [a(), pivots, x('b', [[1], [2], [3]])])
    row('torch.lu_solve', [x('b', [[1], [2], [3]]), a(), pivots])
    row('torch.lu_unpack', [a(), pivots])
    row('torch.linalg.lstsq', [a(), x('b', [[1], [2], [3]])], result='solution')
    row('torch.linalg.tensorinv', [x('a', [[[4, 2]], [[2, 6]]])], {'ind': 1})
    row('torch.linalg.tensorsolve', [a(), x('b', [1, 2, 3])])
    row('torch.linalg.cross', [x('a', [1, -2, 3]), x('b', [3, 1, -2])])
    row('torch.linalg.vecdot', [x('a', [1, -2, 3]), x('b', [3, 1, -2])])
    row('torch.linalg.multi_dot', [[a(), x('b', [[1, 2], [0, 1], [3, -1]])]])
    row('torch.chain_matmul', [a(), x('b', [[1, 2], [0, 1], [3, -1]])])
    row('torch.linalg.vander', [x('a', [1, -2, 3])])
    row('torch.vander', [x('a', [1, -2, 3])])
    row('torch.cholesky', [a()])
    row('torch.svd', [a()], result='S')
    row('torch.triangular_solve', [x('b', [[1], [2]]), x('a', [[2, 1], [0, 4]])], result='solution')

def layers():
    image = [[[[1, -2, 3, 4], [0, 5, -1, 2], [2, 2, 3, -3], [1, 0, 1, 7]]]]
    line = [[[1, -2, 3, 4]]]
    volume = [[[[[1, -2], [3, 4]], [[5, 0], [-1, 2]]]]]
    for n, v in [(1, line), (2, image), (3, volume)]:
        one = [2] * n
        row('F.conv%dd' % n, [x(values=v), x('w', np.arange(1, 1 + 2 ** n).reshape([1, 1] + one))])
        row('F.conv_transpose%dd' % n, [x(values=v), x('w', np.arange(1, 1 + 2 ** n).reshape([1, 1] + one))])
        row('F.max_pool%dd' % n, [x(values=v), 2])
        row('F.avg_pool%dd' % n, [x(values=v), 2])
        row('F.lp_pool%dd' % n, [x(values=v), 2, 2])
        row('F.adaptive_avg_pool%dd' % n, [x(values=v), 1])
        row('F.adaptive_max_pool%dd' % n, [x(values=v), 1])
    row('F.conv2d', [x(values=image), V('w', [[[[1, 2], [3, 4]]]], 'float32')], tag='float32_weight')
    row('F.interpolate', [x(values=image)], {'scale_factor': 2, 'mode': 'nearest'})
    row('F.interpolate', [x(values=image)], {'size': [3, 3], 'mode': 'bilinear'}, tag='bilinear')
    row('F.interpolate', [x(values=image)], {'size': [2, 2], 'mode': 'bicubic'}, tag='bicubic')
    row('F.interpolate', [x(values=image)], {'size': [2, 2], 'mode': 'bilinear', 'antialias': True}, tag='antialias')
    row('F.unfold', [x(values=image), 2])
    row('F.fold', [x(values=[[[1, -2], [3, 4]]]), [2, 2], [1, 2]])
    row('F.batch_norm', [x(), V('m', [0, 1, 2], 'float32'), V('v', [1, 2, 3], 'float32')])
    row('F.batch_norm', [x(), x('m', [0, 1, 2]), x('v', [1, 2, 3])], tag='own')
    row('F.batch_norm', [x(), None, None], {'training': True, 'weight': V('w', [1, 2, 3], 'float32')}, tag='weight')
    row('F.layer_norm', [x(), [3]])
    row('F.layer_norm', [x(), [3]], {'weight': V('w', [1, 2, 3], 'float32')}, tag='weight')
    row('F.rms_norm', [x(), [3]], {'weight': V('w', [1, 2, 3], 'float32')}, tag='weight')
    row('F.group_norm', [x(values=line), 1], {'weight': V('w', [2], 'float32')}, tag='weight')
    row('F.group_norm', [x(values=line), 1])
    row('F.instance_norm', [x(values=line)])
    row('F.local_response_norm', [x(values=image), 1])
    row('F.rms_norm', [x(), [3]])
    row('F.cosine_similarity', [x(), x('b', [1, 4, 3])])
    row('F.pairwise_distance', [x(), x('b', [1, 4, 3])])
    row('F.dropout', [x()], {'p': 0.0})
    row('F.dropout', [x()], {'training': False}, tag='off')
    row('F.alpha_dropout', [x()], {'training': False})
    row('F.feature_alpha_dropout', [x(values=line)], {'training': False})
    for n, v in [(1, line), (2, image), (3, volume)]:
        row('F.dropout%dd' % n, [x(values=v)], {'training': False})
    heads = [[[[1, -2], [3, 4], [0, 1]]]]
    row('F.scaled_dot_product_attention', [x('q', heads), x('k', heads), x('v', heads)])
    row('F.scaled_dot_product_attention', [V(n, heads, 'float32') for n in 'qkv'], {'attn_mask': x('m', [[1, 0, 1]] * 3)}, tag='mask')

def losses():
    b = lambda: x('b', [[-2, 2, 1], [4, 0, 4]])
    share, target = ([[1, 0, 1]], [[1, 0, 0]])
    for n in ('mse_loss', 'l1_loss', 'smooth_l1_loss', 'huber_loss', 'kl_div', 'soft_margin_loss', 'poisson_nll_loss', 'multilabel_soft_margin_loss'):
        row('F.' + n, [x(), b()])
        if n in ('mse_loss', 'l1_loss', 'smooth_l1_loss', 'huber_loss', 'kl_div', 'poisson_nll_loss'):
            row('F.' + n, [x(), V('y', [[-2, 2, 1], [4, 0, 4]], 'float32')], tag='float32_target')
    row('F.mse_loss', [x(), b()], {'reduction': 'sum'}, tag='sum')
    row('F.gaussian_nll_loss', [x(), b(), x('v', [[1, 2, 1], [1, 1, 2]])])
    row('F.binary_cross_entropy', [x(values=share), x('y', target)])
    row('F.binary_cross_entropy_with_logits', [x(values=share), x('y', target)])
    row('F.binary_cross_entropy_with_logits', [V('p', share, 'float32'), x('y', target)], tag='target')
    row('F.binary_cross_entropy', [V('p', share, 'float32'), x('y', target)], tag='target')
    row('F.cross_entropy', [x(), index('y', [1, 0])])
    row('F.cross_entropy', [V('p', X, 'float32'), x('y', [1, 0])], tag='target')
    row('F.nll_loss', [x(), index('y', [1, 0])])
    row('F.nll_loss', [V('p', X, 'float32'), x('y', [1, 0])], tag='target')
    row('F.hinge_embedding_loss', [x(), V('y', [[1, -1, 1], [1, 1, -1]], 'float32')])
    row('F.margin_ranking_loss', [x(), b(), V('y', [[1, -1, 1], [1, 1, -1]], 'float32')])
    row('F.cosine_embedding_loss', [x(), b(), V('y', [1, -1], 'float32')])
    row('F.triplet_margin_loss', [x(), b(), x('z', [[0, 0, 1], [1, 2, 2]])])
    row('F.triplet_margin_with_distance_loss', [x(), b(), x('z', [[0, 0, 1], [1, 2, 2]])])
    row('F.multi_margin_loss', [x(), index('y', [1, 0])])
    row('F.multi_margin_loss', [V('p', X, 'float32'), x('y', [1, 0])], tag='target')
    row('F.multilabel_margin_loss', [x(), index('y', [[1, -1, 0], [0, 2, -1]])])
    row('F.ctc_loss', [x('p', [[[-1, -2, -3]], [[-2, -1, -4]]]), index('y', [[1]]), index('n', [2]), index('m', [1])])

def creation():
    for n in ('zeros', 'ones'):
        row('torch.' + n, [[2, 2]], {'dtype': DT})
    row('torch.full', [[2], 2], {'dtype': DT})
    row('torch.full', [[2], 2.5], {'dtype': DT}, tag='fraction')
    row('torch.full', [[2], 300], {'dtype': DT}, tag='large')
    row('torch.full', [[2], -1], {'dtype': DT}, tag='negative')
    row('torch.full_like', [x(), 2])
    row('torch.full_like', [x(), 2], {'dtype': DT}, tag='dtype')
    row('torch.zeros_like', [x()])
    row('torch.ones_like', [x()])
    row('torch.arange', [5], {'dtype': DT})
    row('torch.arange', [1, 6, 2], {'dtype': DT}, tag='step')
    row('torch.linspace', [0, 8, 5], {'dtype': DT})
    row('torch.logspace', [0, 2, 3], {'dtype': DT})
    row('torch.eye', [2, 3], {'dtype': DT})
    row('torch.tril_indices', [3, 3])
    row('torch.triu_indices', [3, 3])

def inplace():
    b = lambda: x('b', [1, 4, 3])
    for n in 'add_ sub_ mul_ div_ pow_ floor_divide_ remainder_'.split():
        row('Tensor.' + n, [x(), 2], inplace=True)
        row('Tensor.' + n, [x(), 1.5], tag='fraction', inplace=True)
        row('Tensor.' + n, [x(), b()], tag='tensor', inplace=True)
        row('Tensor.' + n, [x(), V('f', [1, 2, 4], 'float32')], tag='beside_float32', inplace=True)
    for n in 'neg_ abs_ relu_ exp_ sin_ cos_ log_ sqrt_ sigmoid_ tanh_ square_ round_ zero_ logical_not_'.split():
        row('Tensor.' + n, [x()], inplace=True)
    row('Tensor.clamp_', [x(), 1, 3], inplace=True)
    row('Tensor.clamp_min_', [x(), 1], inplace=True)
    row('Tensor.clamp_max_', [x(), 1], inplace=True)
    for n in ('eq_', 'ne_', 'lt_', 'le_', 'gt_', 'ge_'):
        row('Tensor.' + n, [x(), 2], inplace=True)
    for v, tag in [(2, None), (2.7, 'fraction'), (300, 'large'), (-1, 'negative')]:
        row('Tensor.fill_', [x(), v], tag=tag, inplace=True)
    row('Tensor.copy_', [x(), V('f', [1, -3, 5], 'float32')], inplace=True)
    row('Tensor.masked_fill_', [x(), mask('m', [1, 0, 1]), 2.5], inplace=True)
    row('Tensor.scatter_', [x(), 1, index('i', [[0, 2], [1, 2]]), x('s', [[4, -2], [1, 7]])], inplace=True)
    row('Tensor.scatter_add_', [x(), 1, index('i', [[0, 0], [1, 2]]), x('s', [[4, -2], [1, 7]])], inplace=True)
    row('Tensor.index_add_', [x(), 1, index('i', [0, 0]), x('s', [[4, -2], [1, 7]])], inplace=True)
    row('Tensor.index_copy_', [x(), 1, index('i', [0, 2]), x('s', [[4, -2], [1, 7]])], inplace=True)
    row('Tensor.index_fill_', [x(), 1, index('i', [0, 2]), 1], inplace=True)

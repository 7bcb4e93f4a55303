"""Rows of bydtype.py for the names that came after it."""
from bydtype import DT, V, X, index, mask, row, x

def define():
    elementwise()
    statistics()
    shapes()
    products()
    places()
    conversions()
    in_place()

def b(name='b'):
    return x(name, [1, 4, 3])

def elementwise():
    for n in 'lgamma digamma erfc erfinv sinc logit deg2rad rad2deg signbit isposinf isneginf'.split():
        row('torch.' + n, [x()])
    row('torch.logit', [x(), 0.1], tag='eps')
    row('torch.polygamma', [1, x('x', [1, 3, 2])])
    row('torch.mvlgamma', [x('x', [4, 5, 6]), 2])
    row('torch.frexp', [x()])
    for n in 'xlogy logaddexp logaddexp2 hypot fmax fmin copysign heaviside gcd lcm ldexp float_power'.split():
        row('torch.' + n, [x(), b()])
        if n not in ('heaviside', 'float_power'):
            row('torch.' + n, [x(), V('f', [1, 2, 4], 'float32')], tag='beside_float32')
    row('torch.xlogy', [x(), 2], tag='number')
    row('torch.copysign', [x(), -1], tag='number')
    row('torch.clamp_min', [x(), 1])
    row('torch.clamp_max', [x(), 1])
    row('torch.addcmul', [x(), x('a', [1, 2, 3]), b()], {'value': 2})
    row('torch.addcdiv', [x(), x('a', [1, 2, 3]), b()], {'value': 2})
    row('torch.isclose', [x(), b()])
    row('torch.isin', [x(), b()])
    row('torch.allclose', [x(), x('y')])

def statistics():
    row('torch.nanmean', [x(), 1])
    row('torch.var_mean', [x(), 1])
    row('torch.std_mean', [x(), 1])
    row('torch.aminmax', [x()], {'dim': 1})
    row('torch.aminmax', [x()], tag='of_all')
    row('torch.mode', [x('x', [[2, 2, 0], [5, -1, -1]]), 1])
    row('torch.dist', [x(), b(), 2])
    row('torch.renorm', [x(), 2, 0, 1])
    row('torch.cov', [x()])
    row('torch.corrcoef', [x('x', [[3, 2, 0], [5, -1, 4]])])
    row('torch.quantile', [x(), 0.5, 1])
    row('torch.nanquantile', [x(), 0.5, 1])
    row('torch.msort', [x()])
    row('torch.histogram', [x(), 3], {'range': [0.0, 4.0]})
    row('torch.bucketize', [x(), b('edges')])
    row('torch.unique_consecutive', [x('x', [2, 2, 0, 5, 5])])
    row('torch.argwhere', [x()])
    row('torch.trapezoid', [x()])
    row('torch.cumulative_trapezoid', [x()])
    row('torch.gradient', [x()])

def shapes():
    row('torch.block_diag', [x(), b()])
    row('torch.cartesian_prod', [b('a'), b()])
    row('torch.combinations', [b()])
    row('torch.column_stack', [[x(), x('y')]])
    row('torch.dstack', [[x(), x('y')]])
    row('torch.diagflat', [b()])
    row('torch.fliplr', [x()])
    row('torch.flipud', [x()])
    row('torch.hsplit', [x(), 3])
    row('torch.vsplit', [x(), 2])
    row('torch.dsplit', [x('x', [[[1, 2], [3, 0]]]), 2])
    row('torch.split_with_sizes', [x(), [1, 2], 1])
    row('Tensor.narrow_copy', [x(), 1, 1, 2])
    row('Tensor.reshape_as', [x(), x('y', [[1, 2], [3, 4], [5, 6]])])
    row('torch.select_scatter', [x(), b(), 0, 1])
    row('torch.slice_scatter', [x(), x('s', [[1], [2]])], {'dim': 1, 'start': 1, 'end': 2})
    row('torch.diagonal_scatter', [x(), x('s', [4, 5])])

def products():
    row('torch.addmv', [x('c', [1, 2]), x(), b()])
    row('torch.addr', [x(), x('a', [1, 2]), b()])
    row('torch.addbmm', [x('c', [[1, 2], [3, 4]]), x('p', [X]), x('q', [[[1, 2], [0, 3], [4, 1]]])])
    row('torch.inner', [x(), b()])
    row('torch.vdot', [b('a'), b()])
    row('torch.cross', [x(), x('y', [[1, 2, 3], [4, 5, 6]])])

def places():
    row('torch.index_put', [x(), [index('i', [0, 1]), index('j', [2, 0])], x('s', [7, 9])])
    row('torch.index_put', [x(), [index('i', [0, 0])], x('s', [[7, 9, 1], [1, 2, 3]])], {'accumulate': True}, tag='accumulate')
    row('Tensor.put', [x(), index('i', [0, 4]), x('s', [7, 9])])
    row('torch.masked_scatter', [x(), mask('m', [[1, 0, 1], [0, 0, 1]]), x('s', [7, 9, 8])])
    for reduce in ('prod', 'mean', 'amax', 'amin'):
        row('torch.index_reduce', [x(), 1, index('i', [0, 0]), x('s', [[4, -2], [1, 7]]), reduce], tag=reduce)

def conversions():
    for n in 'float int long bool'.split():
        row('Tensor.' + n, [x()])
    row('Tensor.type', [x(), DT])
    row('Tensor.type_as', [x(), V('f', [1.0], 'float32')])
    row('Tensor.is_floating_point', [x()])
    row('torch.fill', [x(), 2])
    row('Tensor.new_full', [x(), [2], 3])
    for n in 'new_zeros new_ones'.split():
        row('Tensor.' + n, [x(), 2])
    row('Tensor.new_tensor', [x(), [1, 2]])

def in_place():
    one = 'acos acosh asin asinh atan atanh ceil cosh deg2rad digamma erf erfc erfinv exp2 expm1 floor frac lgamma log10 log1p log2 logit nan_to_num rad2deg reciprocal rsqrt sign sinc sinh tan trunc tril triu bitwise_not t squeeze i0'
    for n in one.split():
        row('Tensor.%s_' % n, [x()], inplace=True)
    two = 'addcmul addcdiv'
    for n in two.split():
        row('Tensor.%s_' % n, [x(), x('a', [1, 2, 3]), b()], inplace=True)
    pairs = 'atan2 copysign fmod gcd heaviside hypot lcm ldexp logical_and logical_or logical_xor true_divide xlogy bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift igamma igammac'
    for n in pairs.split():
        row('Tensor.%s_' % n, [x(), b()], inplace=True)
    row('Tensor.float_power_', [x(), 2], inplace=True)
    row('Tensor.lerp_', [x(), b(), 0.25], inplace=True)
    row('Tensor.polygamma_', [x('x', [1, 3, 2]), 1], inplace=True)
    row('Tensor.mvlgamma_', [x('x', [4, 5, 6]), 2], inplace=True)
    row('Tensor.cumsum_', [x(), 1], inplace=True)
    row('Tensor.cumprod_', [x(), 1], inplace=True)
    row('Tensor.renorm_', [x(), 2, 0, 1], inplace=True)
    row('Tensor.fill_diagonal_', [x(), 2], inplace=True)
    row('Tensor.unsqueeze_', [x(), 1], inplace=True)
    row('Tensor.transpose_', [x(), 0, 1], inplace=True)
    row('Tensor.swapaxes_', [x(), 0, 1], inplace=True)
    row('Tensor.swapdims_', [x(), 0, 1], inplace=True)
    row('Tensor.index_put_', [x(), [index('i', [0, 1]), index('j', [2, 0])], x('s', [7, 9])], inplace=True)
    row('Tensor.masked_scatter_', [x(), mask('m', [[1, 0, 1], [0, 0, 1]]), x('s', [7, 9, 8])], inplace=True)
    row('Tensor.index_reduce_', [x(), 1, index('i', [0, 0]), x('s', [[4, -2], [1, 7]]), 'amax'], inplace=True)
    row('Tensor.scatter_reduce_', [x(), 1, index('i', [[0, 2], [1, 2]]), x('s', [[4, -2], [1, 7]]), 'sum'], inplace=True)
    for n in 'addmm addbmm baddbmm'.split():
        row('Tensor.%s_' % n, {
            'addmm': [x('c', [[1, 2], [3, 4]]), x(), x('q', [[1, 2], [0, 3], [4, 1]])],
            'addbmm': [x('c', [[1, 2], [3, 4]]), x('p', [X]), x('q', [[[1, 2], [0, 3], [4, 1]]])],
            'baddbmm': [x('c', [[[1, 2], [3, 4]]]), x('p', [X]), x('q', [[[1, 2], [0, 3], [4, 1]]])],
        }[n], inplace=True)
    row('Tensor.addmv_', [x('c', [1, 2]), x(), b()], inplace=True)
    row('Tensor.addr_', [x(), x('a', [1, 2]), b()], inplace=True)
    same = 'absolute arccos arccosh arcsin arcsinh arctan arctanh fix negative'
    for n in same.split():
        row('Tensor.%s_' % n, [x()], inplace=True)
    row('Tensor.clip_', [x(), 1, 3], inplace=True)
    for n in 'arctan2 divide greater greater_equal less less_equal multiply not_equal subtract'.split():
        row('Tensor.%s_' % n, [x(), b()], inplace=True)

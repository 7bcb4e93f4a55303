"""The dtype of a result: which of PyTorch's dtypes an operation gives for those of its operands.

A row is [right operand, dimensions of left, dimensions of right, result]; a right operand is a dtype or a number.
"""
import torch
DTYPES = ['bool', 'uint8', 'int32', 'float32', 'float64']
NUMBERS = [2, 0.5, True]
BINARY = {'torch.' + n: getattr(torch, n) for n in ['add', 'sub', 'mul', 'div', 'floor_divide', 'remainder', 'fmod', 'pow', 'maximum', 'minimum', 'atan2', 'eq', 'lt', 'logical_and', 'bitwise_and']}
BINARY['torch.where'] = lambda a, b: torch.where(torch.ones((), dtype=torch.bool), a, b)
BINARY['torch.cat'] = lambda a, b: torch.cat([a, b])
UNARY = ['exp', 'log', 'sqrt', 'rsqrt', 'sin', 'tanh', 'sigmoid', 'erf', 'reciprocal', 'abs', 'neg', 'square', 'sign', 'floor', 'round', 'sum', 'prod', 'mean', 'amax', 'argmax', 'count_nonzero', 'all', 'any', 'isnan', 'logical_not']

def ones(dtype, dims):
    return torch.ones([2] * dims, dtype=getattr(torch, dtype))

def dtype_of(call):
    try:
        return str(call().dtype).replace('torch.', '')
    except (RuntimeError, TypeError, IndexError):
        return None

def build(g):
    def case(name, left, rows):
        rows = [row for row in rows if row[-1] is not None]
        if rows:
            g.add({'id': g.new_id(name.replace('torch.', ''), left), 'promotion': name, 'left': left, 'rows': rows, 'inputs': [], 'outputs': [], 'dtype': left, 'tol': {'atol': 0.0, 'rtol': 0.0}})
    for name, f in BINARY.items():
        g.cat(name.replace('torch.', ''))
        for left in DTYPES:
            rows = [[right, p, q, dtype_of(lambda: f(ones(left, p), ones(right, q)))] for right in DTYPES for p, q in [(1, 1), (1, 0), (0, 1), (0, 0)]]
            if name not in ('torch.where', 'torch.cat'):
                rows += [[n, p, 0, dtype_of(lambda: f(ones(left, p), n))] for n in NUMBERS for p in (1, 0)]
            case(name, left, rows)
    g.cat('unary')
    for name in UNARY:
        for left in DTYPES:
            case('torch.' + name, left, [[None, 1, 0, dtype_of(lambda: getattr(torch, name)(ones(left, 1)))]])

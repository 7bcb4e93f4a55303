"""Mutated calls: calls of ops, ops2, modules, modules2 and losses with other sizes, values, dtypes or arguments.

PyTorch says what is right: values with gradients, or a refusal (`raises`). One base call in EVERY is mutated. Each runs in a process
of its own, since some arguments make PyTorch crash.
"""
import collections
import copy
import importlib
import os
import pickle
import random
import signal
import zlib
import numpy as np
from core import Idx, In, enc, find_inputs, strip_tensors
from core2 import Group2
EVERY = 4
SOURCES = ['ops', 'ops2', 'modules', 'modules2', 'losses']
# differ by design: order among equal values, the places of put_, PyTorch's gradient of ldexp, gradients of truth values; near a
# pole digamma's gradient is that of a rounding error
APART = {'torch.digamma', 'torch.topk', 'torch.sort', 'torch.argsort', 'torch.ldexp', 'torch.searchsorted', 'torch.histogram', 'put_', 'ldexp_',
         'logical_and_', 'logical_or_', 'logical_xor_', 'logical_not_'}
WORDS = [['mean', 'sum', 'none'], ['zeros', 'border', 'reflect', 'circular', 'constant', 'replicate', 'reflection'],
         ['nearest', 'bilinear', 'bicubic', 'linear', 'area'], ['same', 'valid'], ['floor', 'trunc']]
NUMBERS = [0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -2.5, 88.0, -88.0]
REFUSALS = (RuntimeError, TypeError, ValueError, IndexError, AssertionError, NotImplementedError)

class Recorder(Group2):
    """Keeps the calls of a group instead of running them."""

    def __init__(self, name):
        super().__init__(name, 1)
        self.calls = []

    def op(self, op, call=(), kwargs=None, tag=None, grad=True, **k):
        if 'fn' not in k:
            self.calls.append(('op', op, [list(call), dict(kwargs or {})], dict(k, grad=grad)))

    def inplace(self, name, call=(), kwargs=None, tag=None, **k):
        self.calls.append(('inplace', name, [list(call), dict(kwargs or {})], {}))

    def module(self, name, args=(), kwargs=None, call=(), call_kwargs=None, mode='train', tag=None, **k):
        if not {'source', 'build', 'extra'} & set(k):
            self.calls.append(('module', name, [list(args), dict(kwargs or {}), list(call), dict(call_kwargs or {})], dict(k, mode=mode)))

    def cplx(self, *a, **k):
        pass

    def typed(self, *a, **k):
        pass

def resized(R, arrays, name, note):
    a = arrays[name]
    axis = R.randrange(a.ndim)
    old, new = a.shape[axis], R.choice([0, 1, 1, a.shape[axis] + 1, a.shape[axis] * 2, 2, 3, 5, 17])
    together = R.random() < 0.75
    for m in list(arrays) if together else [name]:
        b = arrays[m]
        for i in [i for i, d in enumerate(b.shape) if d == old] if together else [axis]:
            if b.shape[i]:
                b = np.take(b, np.arange(new) % b.shape[i], axis=i)
        arrays[m] = np.array(b)
    note.append('%s[%d] %d->%d' % (name, axis, old, new))

def mutate_arrays(R, arrays, note):
    if not arrays:
        return
    name = R.choice(list(arrays))
    some = list(arrays) if R.random() < 0.5 else [name]
    a, kind = arrays[name], R.random()
    if kind < 0.35 and a.ndim:
        resized(R, arrays, name, note)
    elif kind < 0.47:
        count = R.choice([1, 2, 3])
        for m in some:
            arrays[m] = np.stack([arrays[m]] * count)
        note.append('one dimension more')
    elif kind < 0.55 and a.ndim:
        for m in some:
            if arrays[m].ndim and arrays[m].shape[0]:
                arrays[m] = np.array(arrays[m][0])
        note.append('one dimension less')
    elif kind < 0.85 and a.size:
        b = np.array(a)
        for _ in range(R.choice([1, 1, 3])):
            i = R.randrange(b.size)
            whole = [0, -1, 1, 2, int(b.max()) + 1, int(b.min()) - 1]
            b.reshape(-1)[i] = np.float32(R.choice(NUMBERS)) if b.dtype.kind == 'f' else R.choice(whole) if b.dtype.kind in 'iu' else not b.reshape(-1)[i]
        arrays[name] = b
        note.append('values of %s' % name)
    elif kind < 0.93:
        to = R.choice([np.int32, np.bool_])
        arrays[name] = a > 0 if to == np.bool_ else np.round(a.astype(np.float64)).astype(to)
        note.append('%s of %s' % (name, to.__name__))

def other(R, v):
    """Another value of the same kind."""
    if isinstance(v, bool):
        return not v
    if isinstance(v, int):
        return R.choice([v + 1, v - 1, -v, 0, -1, 1, 2, v * 2, 3, -2])
    if isinstance(v, float):
        return R.choice([-v, 0.0, v * 2, -1.5, 0.5])
    if isinstance(v, str):
        return R.choice(next((words for words in WORDS if v in words), [v]))
    if isinstance(v, (list, tuple)) and v and not hasattr(v, '_fields'):
        w, i = list(v), R.randrange(len(v))
        if any(isinstance(x, In) for x in w):
            return type(v)(R.choice([w[:-1], w + [w[0]]]))
        w = R.choice([w[:i] + [other(R, w[i])] + w[i + 1:], w[:-1], w + [w[i]]])
        return type(v)(w)
    if isinstance(v, Idx) and v.items:
        w = list(v.items)
        i = R.randrange(len(w))
        w[i] = other(R, w[i])
        return Idx(*w)
    if isinstance(v, slice):
        part = [v.start, v.stop, v.step]
        part[R.randrange(3)] = R.choice([None, 1, 2, -1, 5, 100])
        return slice(*part)
    return v

def mutate_arguments(R, args, kwargs, note):
    plain = [(args, i) for i, v in enumerate(args) if not isinstance(v, In)] + [(kwargs, k) for k, v in kwargs.items() if not isinstance(v, In)]
    if plain:
        where, at = R.choice(plain)
        where[at] = other(R, where[at])
        note.append('%s' % at)

def rebuilt(v, new):
    if isinstance(v, In):
        return new[v.name]
    if isinstance(v, Idx):
        return Idx(*[rebuilt(i, new) for i in v.items])
    if isinstance(v, (list, tuple)) and not hasattr(v, '_fields'):
        return type(v)(rebuilt(i, new) for i in v)
    if isinstance(v, dict):
        return {k: rebuilt(x, new) for k, x in v.items()}
    return v

def attempt(g, R, call, tag):
    """Adds the mutated call, unless PyTorch's own answer is of no use."""
    kind, name, parts, options = call
    ins = find_inputs(parts, collections.OrderedDict())
    rng = np.random.Generator(np.random.PCG64(zlib.crc32(tag.encode())))
    arrays, note = ({n: np.array(i.make(rng)) for n, i in ins.items()}, [])
    parts = [copy.copy(p) for p in parts]
    shapes = {n: a.shape for n, a in arrays.items()}
    for _ in range(R.choice([1, 1, 2])):
        if R.random() < 0.5:
            mutate_arrays(R, arrays, note)
        else:
            at = 2 if kind == 'module' and R.random() < 0.3 else 0
            mutate_arguments(R, parts[at], parts[at + 1], note)
    if not note or sum(a.size for a in arrays.values()) > 400:
        return
    new = {n: In(n, (lambda a: lambda r: a)(arrays[n]), grad=i.grad if arrays[n].dtype.kind == 'f' else None,
                 prep=i.prep if arrays[n].shape == shapes[n] else []) for n, i in ins.items()}
    parts = [rebuilt(p, new) for p in parts]
    extra = {'note': ', '.join(note)}
    try:
        if kind == 'module':
            g.module(name, *parts, tag=tag, extra=extra, **dict(options, special=True))
        elif kind == 'inplace':
            g.inplace(name, *parts, tag=tag, special=True, extra=extra)
        else:
            g.op(name, *parts, tag=tag, extra=extra, **dict(options, special=True))
        if any('differs' in w for w in g.warn):
            g.cases.pop()
    except REFUSALS as e:
        refused(g, call, parts, new, tag, extra, e)

def refused(g, call, parts, new, tag, extra, error):
    kind, name, _, options = call
    text = str(error).strip().split('\n')[0]
    # what the derivative, this file's machinery or Python refuses says nothing of the call
    if any(t in text for t in ('element 0 of tensors', 'derivative', 'out of range wg', 'unexpected keyword', 'positional argument', 'to unpack', 'multiple values', 'integer out of range', 'two inputs', "<class '", 'Expected all')):
        return
    g.cases.clear()
    g.tensors.clear()
    case = {'id': g.new_id(name.replace('torch.', '').replace('Tensor.', ''), 'no.' + tag), 'category': 'refused', 'inputs': list(new), 'outputs': [], 'grads': {},
            'raises': True, 'error': '%s: %s' % (type(error).__name__, text[:120]), 'dtype': 'f32', 'tol': {'atol': 0.0, 'rtol': 0.0}, **extra}
    if 'not implemented for' in text or isinstance(error, NotImplementedError) or 'not supported for' in text.lower():
        case['gap'] = True
    if kind == 'module':
        own = find_inputs(parts[:2], {})
        case.update({options.get('key', 'module'): name, 'args': enc(parts[0]), 'kwargs': enc(parts[1]), 'mode': options['mode'], 'call': enc(parts[2]),
                     'call_kwargs': enc(parts[3]), 'inputs': [n for n in new if n not in own]})
        if own:
            case['ctor_tensors'] = list(own)
    else:
        case.update(op='Tensor.' + name if kind == 'inplace' else name, args=strip_tensors(parts[0]), kwargs=enc(parts[1]), call=enc(parts[0]))
        if kind == 'inplace':
            case['inplace'] = True
    preps = {n: i.prep for n, i in new.items() if i.prep}
    if preps:
        case['prep'] = enc(preps)
    for n, i in new.items():
        g.store(case['id'], n, i.make(None))
    g.add(case)

def in_process(call, tag, category):
    """Cases and tensors of one mutation; none where PyTorch crashes or takes over five seconds."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(5)
        os.close(read)
        g = Group2('mutated', seed=1)
        g.cat(category)
        try:
            attempt(g, random.Random(tag), call, tag)
            with os.fdopen(write, 'wb') as f:
                pickle.dump((g.cases, {k: a for k, a in g.tensors.items() if any(k.startswith(c['id'] + '/') for c in g.cases)}), f)
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, 'rb') as f:
        data = f.read()
    os.waitpid(child, 0)
    return pickle.loads(data) if data else ([], {})

def build(g):
    for source in SOURCES:
        recorder = Recorder(source)
        importlib.import_module(source).build(recorder)
        for i, call in enumerate(recorder.calls):
            if i % EVERY or call[1] in APART:
                continue
            cases, tensors = in_process(call, '%s%d' % (source, i), source)
            for case in cases:
                g.ids.add(case['id'])
                g.cases.append(case)
            g.tensors.update(tensors)

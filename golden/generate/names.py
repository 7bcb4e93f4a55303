"""python names.py FILE: the public names of PyTorch's namespaces, for scripts/compatibility."""
import inspect
import json
import sys
import types
import warnings
warnings.filterwarnings('ignore')
import torch
import torch.distributions
import torch.func
import torch.nn.utils
import torch.optim.swa_utils
import torch.utils.data

SPACES = {
    'torch': torch, 'Tensor': torch.Tensor, 'nn.functional': torch.nn.functional, 'nn': torch.nn, 'nn.init': torch.nn.init,
    'nn.utils': torch.nn.utils, 'linalg': torch.linalg, 'fft': torch.fft, 'special': torch.special, 'optim': torch.optim,
    'optim.lr_scheduler': torch.optim.lr_scheduler, 'optim.swa_utils': torch.optim.swa_utils, 'utils.data': torch.utils.data,
    'func': torch.func, 'distributions': torch.distributions}

def names(space, name):
    """Functions and classes of its own: no modules, dtypes, or what it imports from elsewhere."""
    own = getattr(space, '__all__', None) if name != 'torch' else None
    for n in sorted(own or dir(space)):
        v = getattr(space, n, None)
        if n.startswith('_') or isinstance(v, (types.ModuleType, torch.dtype, torch.layout, torch.memory_format)):
            continue
        if name == 'Tensor' or callable(v) and (getattr(v, '__module__', None) or 'torch').startswith('torch') and not n.endswith(('Storage', 'Type')):
            yield n

out = {name: list(names(space, name)) for name, space in SPACES.items()}
with open(sys.argv[1], 'w') as f:
    json.dump({'reference': 'PyTorch ' + torch.__version__.split('+')[0], 'names': {k: ' '.join(v) for k, v in out.items()}}, f, indent=2)
    f.write('\n')
print({k: len(v) for k, v in out.items()})

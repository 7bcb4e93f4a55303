"""Writes what a PyTorch program computed as a safetensors file, for its twin in TypeScript."""
import json, os, struct
import numpy as np, torch

torch.set_num_threads(1)
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'programs')
KINDS = {np.dtype('float32'): 'F32', np.dtype('float64'): 'F64', np.dtype('int64'): 'I64', np.dtype('int32'): 'I32',
         np.dtype('bool'): 'BOOL', np.dtype('uint8'): 'U8'}

class Ref:
    def __init__(self, name):
        self.name, self.tensors = name, {}
    def put(self, key, value):
        if not isinstance(value, torch.Tensor):
            value = torch.tensor(value)
        if value.dtype == torch.float64: value = value.float()
        self.tensors[key] = value.detach().clone().contiguous().numpy()
    def model(self, prefix, module):
        for k, v in module.state_dict().items():
            self.put(f'{prefix}.{k}', v)
    def save(self):
        header, chunks, at = {}, [], 0
        for k, v in self.tensors.items():
            raw = v.tobytes()
            header[k] = {'dtype': KINDS[v.dtype], 'shape': list(v.shape), 'data_offsets': [at, at + len(raw)]}
            chunks.append(raw); at += len(raw)
        text = json.dumps(header).encode()
        text += b' ' * (-len(text) % 8)
        with open(os.path.join(HERE, self.name + '.safetensors'), 'wb') as f:
            f.write(struct.pack('<Q', len(text)) + text + b''.join(chunks))
        print(self.name, 'saved', len(self.tensors), 'tensors,', at, 'bytes')

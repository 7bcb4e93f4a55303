"""Draws of the distributions that torch has, from a seed: as in seeded.py, exact numbers and no statistics."""
import torch
from seeded import draw

def build(g):
    g.cat('draws')
    fills = [('exponential_(1.5)', 2e-06), ('geometric_(0.3)', 0.0), ('cauchy_(1.0, 2.0)', 2e-06), ('log_normal_(0.5, 0.4)', 2e-06), ('random_()', 0.0), ('random_(5)', 0.0), ('random_(2, 9)', 0.0), ('bernoulli_(0.3)', 0.0), ('bernoulli_(torch.full((20,), 0.3))', 0.0)]
    calls = [
        ('torch.empty(20, dtype=torch.int32).random_()', 0.0),
        ('torch.normal(2.0, 3.0, (5,))', 2e-06),
        ('torch.normal(2.0, 3.0, (20,))', 2e-06),
        ('torch.normal(torch.full((20,), 2.0), 3.0)', 2e-06),
        ('torch.normal(2.0, torch.full((20,), 3.0))', 2e-06),
        ('torch.normal(torch.full((20,), 2.0), torch.full((20,), 3.0))', 2e-06),
        ('torch.multinomial(torch.tensor([0.1, 0.2, 0.3, 0.4]), 3)', 0.0),
        ('torch.multinomial(torch.tensor([1.0, 2.0, 3.0, 4.0, 0.0, 7.0]), 5)', 0.0),
        ('torch.multinomial(torch.tensor([0.1, 0.2, 0.3, 0.4]), 12, replacement=True)', 0.0),
        ('torch.multinomial(torch.tensor([[1.0, 5.0, 3.0], [2.0, 0.0, 6.0]]), 1)', 0.0),
        ('torch.multinomial(torch.tensor([[1.0, 5.0, 3.0], [2.0, 0.0, 6.0]]), 9, replacement=True)', 0.0),
        ('torch.poisson(torch.tensor([0.0, 0.5, 3.0, 9.9, 10.0, 12.0, 40.0, 100.0, 1000.0, 3.0]))', 0.0),
        ('torch.binomial(torch.tensor([10.0, 100.0, 5.0, 50.0, 1000.0, 0.0, 70.0, 9.0]), torch.tensor([0.5, 0.3, 0.9, 0.02, 0.6, 0.5, 1.0, 0.0]))', 0.0),
        ('torch.randint_like(torch.zeros(20), 3, 11)', 0.0)]
    for s in [0, 42, 1234]:
        for source, tol in [('torch.empty(20).' + f, tol) for f, tol in fills] + calls:
            draw(g, source.split('(')[0].split('.')[-1] if not source.startswith('torch.empty(20).') else source[16:].split('(')[0], s, source, lambda: eval(source), tol)

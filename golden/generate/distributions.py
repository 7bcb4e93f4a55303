"""Probability distributions: densities, moments, distribution functions, divergences, transforms. Programs (see views)."""
import numpy as np
from core import C, I, In, N, SIMPLEX, SPD, U, _f

def CNT(n, s, hi, **k):
    """Counts, as floats."""
    return In(n, lambda r: _f(r.integers(0, hi, s)), **k)

def TRIL(n, d, **k):

    def mk(r):
        a = np.tril(r.standard_normal((d, d)) * 0.4)
        np.fill_diagonal(a, r.uniform(0.6, 1.5, d))
        return _f(a)
    return In(n, mk, **k)

def table(g):
    """name -> (constructor, parameters, value, what it has besides log_prob)"""
    s = (3,)
    v = (4, 3)
    pos = lambda n: U(n, s, 0.4, 3.0)
    loc = N('loc', s)
    prob = lambda n='probs': U(n, s, 0.1, 0.9)
    real = N('value', v, 1.5)
    ppos = U('value', v, 0.2, 4.0)
    unit = U('value', v, 0.05, 0.95)
    bits = In('value', lambda r: _f(r.integers(0, 2, v)))
    k = 4
    logits = N('logits', (*s[:-1], k))
    D = 'distributions.'
    pd = 3
    return {'Normal': (D + 'Normal(loc, scale)', [loc, pos('scale')], real, 'mve ci'), 'Laplace': (D + 'Laplace(loc, scale)', [loc, pos('scale')], real, 'mve ci'), 'Cauchy': (D + 'Cauchy(loc, scale)', [loc, pos('scale')], real, 'e ci'), 'Gumbel': (D + 'Gumbel(loc, scale)', [N('loc', s, 0.3), U('scale', s, 0.7, 2.0)], U('value', v, -1.0, 3.0), 'mve ci'), 'Uniform': (D + 'Uniform(low, high, validate_args=False)', [U('low', s, -2.0, -1.0), U('high', s, 0.5, 2.0)], N('value', v, 1.3), 'mve ci'), 'LogNormal': (D + 'LogNormal(loc, scale)', [loc, U('scale', s, 0.3, 1.0)], ppos, 'mve ci'), 'Exponential': (D + 'Exponential(rate)', [pos('rate')], ppos, 'mve ci'), 'Gamma': (D + 'Gamma(concentration, rate)', [pos('concentration'), pos('rate')], ppos, 'mve c'), 'Chi2': (D + 'Chi2(df)', [U('df', s, 1.0, 6.0)], ppos, 'mve'), 'Beta': (D + 'Beta(a, b)', [pos('a'), pos('b')], unit, 'mve'), 'StudentT': (D + 'StudentT(df, loc, scale)', [U('df', s, 2.5, 7.0), loc, pos('scale')], real, 'mve'), 'HalfNormal': (D + 'HalfNormal(scale)', [pos('scale')], ppos, 'mve ci'), 'Pareto': (D + 'Pareto(scale, alpha)', [U('scale', s, 0.3, 1.0), U('alpha', s, 2.2, 5.0)], U('value', v, 1.1, 4.0), 'mve ci'), 'Weibull': (D + 'Weibull(scale, concentration)', [pos('scale'), U('concentration', s, 0.8, 3.0)], ppos, 'mve ci'), 'VonMises': (D + 'VonMises(loc, concentration)', [U('loc', s, -1.0, 1.0), U('concentration', s, 0.3, 4.0)], U('value', v, -3.0, 3.0), 'mv'), 'Bernoulli': (D + 'Bernoulli(probs)', [prob()], bits, 'mve'), 'Bernoulli_logits': (D + 'Bernoulli(logits=logits)', [N('logits', s)], bits, 'mve'), 'Geometric': (D + 'Geometric(probs)', [prob()], CNT('value', v, 6), 'mve'), 'Poisson': (D + 'Poisson(rate)', [pos('rate')], CNT('value', v, 7), 'mv'), 'Binomial': (D + 'Binomial(%d, probs)' % 7, [prob()], CNT('value', v, 8), 'mve'), 'NegativeBinomial': (D + 'NegativeBinomial(%d, probs)' % 4, [prob()], CNT('value', v, 8), 'mv'), 'Categorical': (D + 'Categorical(logits=logits)', [logits], I('value', v[:-1] if len(s) > 1 else (4,), 0, k), 'e'), 'Categorical_probs': (D + 'Categorical(probs)', [U('probs', (*s[:-1], k), 0.2, 2.0)], I('value', v[:-1] if len(s) > 1 else (4,), 0, k), 'e'), 'OneHotCategorical': (D + 'OneHotCategorical(logits=logits)', [logits], In('value', lambda r: _f(np.eye(k)[r.integers(0, k, v[:-1] if len(s) > 1 else (4,))])), 'mve'), 'OneHotCategoricalStraightThrough': (D + 'OneHotCategoricalStraightThrough(logits=logits)', [logits], In('value', lambda r: _f(np.eye(k)[r.integers(0, k, v[:-1] if len(s) > 1 else (4,))])), 'me'), 'Multinomial': (D + 'Multinomial(%d, logits=logits)' % 5, [N('logits', (k,))], In('value', lambda r: _f(r.multinomial(5, np.ones(k) / k, 3))), 'mv'), 'Dirichlet': (D + 'Dirichlet(concentration)', [U('concentration', (*s[:-1], k), 0.5, 3.0)], SIMPLEX('value', (2, k)), 'mve'), 'RelaxedBernoulli': (D + 'RelaxedBernoulli(temperature, probs)', [U('temperature', (), 0.5, 1.5), prob()], unit, ''), 'RelaxedOneHotCategorical': (D + 'RelaxedOneHotCategorical(temperature, logits=logits)', [U('temperature', (), 0.5, 1.5), N('logits', (k,))], SIMPLEX('value', (3, k)), ''), 'MultivariateNormal': (D + 'MultivariateNormal(loc, cov)', [N('loc', (pd,)), SPD('cov', (pd, pd))], N('value', (4, pd)), 'mve'), 'MultivariateNormal_tril': (D + 'MultivariateNormal(loc, scale_tril=l)', [N('loc', (2, pd)), TRIL('l', pd)], N('value', (3, 2, pd)), 'mve'), 'MultivariateNormal_precision': (D + 'MultivariateNormal(loc, precision_matrix=q)', [N('loc', (pd,)), SPD('q', (pd, pd))], N('value', (4, pd)), 'mve'), 'LowRankMultivariateNormal': (D + 'LowRankMultivariateNormal(loc, w, d)', [N('loc', (4,)), N('w', (4, 2)), U('d', (4,), 0.3, 1.5)], N('value', (3, 4)), 'mve'), 'Independent': (D + 'Independent(distributions.Normal(loc, scale), 1)', [N('loc', (2, 3)), U('scale', (2, 3), 0.4, 2.0)], N('value', (5, 2, 3)), 'mve'), 'MixtureSameFamily': (D + 'MixtureSameFamily(distributions.Categorical(logits=logits), distributions.Normal(loc, scale))', [N('logits', (k,)), N('loc', (k,), 2.0), U('scale', (k,), 0.3, 1.5)], N('value', (6,), 2.0), 'mv c'), 'MixtureSameFamily_independent': (D + 'MixtureSameFamily(distributions.Categorical(logits=logits), distributions.Independent(distributions.Normal(loc, scale), 1))', [N('logits', (3,)), N('loc', (3, 2), 2.0), U('scale', (3, 2), 0.3, 1.5)], N('value', (5, 2), 2.0), 'mv'), 'TransformedDistribution': (D + 'TransformedDistribution(distributions.Normal(loc, scale), [distributions.transforms.ExpTransform()])', [loc, U('scale', s, 0.3, 1.0)], ppos, ' ci'), 'Tanh': (D + 'TransformedDistribution(distributions.Normal(loc, scale), [distributions.transforms.TanhTransform()])', [loc, U('scale', s, 0.3, 1.0)], U('value', v, -0.9, 0.9), ' ci'), 'Affine': (D + 'TransformedDistribution(distributions.Exponential(rate), [distributions.transforms.AffineTransform(%s, %s)])' % ('1.0', '2.0'), [pos('rate')], U('value', v, 1.5, 4.0), ' c'), 'Sigmoid_affine': (D + 'TransformedDistribution(distributions.Normal(loc, scale), [distributions.transforms.SigmoidTransform(), distributions.transforms.AffineTransform(-1.0, 2.0)])', [loc, U('scale', s, 0.3, 1.0)], U('value', v, -0.9, 0.9), '')}

def run(g, tab):
    special = {'StudentT_default': True}
    for name, (ctor, params, value, has) in tab.items():
        base = name.split('_')[0]
        pn = [q.name for q in params if q.name not in ('total', 'temperature_', 'df_')]
        gp = [n for n in pn if not (name in ('Poisson_zero',) or (base == 'Wishart' and n == 'df'))]
        vn = [] if base in ('Bernoulli', 'Geometric', 'Poisson', 'Binomial', 'NegativeBinomial', 'Categorical', 'OneHotCategorical', 'OneHotCategoricalStraightThrough', 'Multinomial', 'LKJCholesky', 'Uniform') or name in ('Independent_2', 'Poisson_zero') else ['value']
        g.cat('log_prob')
        g.prog(name, 'd = %s\nout = d.log_prob(value)' % ctor, params + [value], ['out'], grad=gp + vn, base='log_prob', extra={'distribution': base}, special=name == 'Uniform')
        g.cat('moments')
        stats = [(k, w) for k, w in (('m', 'mean'), ('v', 'variance'), ('e', 'entropy')) if k in has.split(' ')[0]]
        if stats:
            src = 'd = %s\n' % ctor + '\n'.join(('%s = d.%s%s' % (w, w, '()' if w == 'entropy' else '') for _, w in stats))
            g.prog(name, src, params, [w for _, w in stats], grad=[n for n in gp if n not in ('temperature',)] if name not in ('Poisson_zero',) else [], base='moments', extra={'distribution': base}, special=bool(special.get(name)))
        if ' ' in has:
            g.cat('cdf')
            if 'c' in has.split(' ')[1]:
                g.prog(name, 'd = %s\nout = d.cdf(value)' % ctor, params + [value], ['out'], grad=[n for n in gp if base not in ('Gamma',)] if 'gamma' not in name and base != 'Gamma' else [], base='cdf', extra={'distribution': base})
            if 'i' in has.split(' ')[1]:
                g.prog(name, 'd = %s\nout = d.icdf(u)' % ctor, params + [U('u', value_shape(value, g), 0.05, 0.95)], ['out'], grad=gp, base='icdf', extra={'distribution': base})

def value_shape(v, g):
    return np.array(v.make(np.random.default_rng(0))).shape
KL = [('Normal', 'Normal'), ('Laplace', 'Laplace'), ('Gumbel', 'Gumbel'), ('Exponential', 'Exponential'), ('Gamma', 'Gamma'), ('Beta', 'Beta'), ('Bernoulli', 'Bernoulli'), ('Categorical', 'Categorical'), ('Dirichlet', 'Dirichlet'), ('Poisson', 'Poisson'), ('Geometric', 'Geometric'), ('Uniform', 'Uniform'), ('HalfNormal', 'HalfNormal'), ('MultivariateNormal', 'MultivariateNormal'), ('Independent', 'Independent'), ('Uniform', 'Normal'), ('Exponential', 'Normal'), ('LogNormal', 'LogNormal'), ('OneHotCategorical', 'OneHotCategorical'), ('Pareto', 'Exponential')]

def kl(g, pairs):
    g.cat('kl')
    s = (3,)
    k = 4
    pos = lambda n: U(n, s, 0.5, 2.5)
    par = {'Normal': ('Normal(%sl, %ss)', lambda c: [N(c + 'l', s), pos(c + 's')]), 'Laplace': ('Laplace(%sl, %ss)', lambda c: [N(c + 'l', s), pos(c + 's')]), 'Gumbel': ('Gumbel(%sl, %ss)', lambda c: [N(c + 'l', s), pos(c + 's')]), 'LogNormal': ('LogNormal(%sl, %ss)', lambda c: [N(c + 'l', s), pos(c + 's')]), 'Cauchy': ('Cauchy(%sl, %ss)', lambda c: [N(c + 'l', s), pos(c + 's')]), 'Exponential': ('Exponential(%sr)', lambda c: [pos(c + 'r')]), 'Poisson': ('Poisson(%sr)', lambda c: [pos(c + 'r')]), 'HalfNormal': ('HalfNormal(%ss)', lambda c: [pos(c + 's')]), 'Gamma': ('Gamma(%sa, %sb)', lambda c: [pos(c + 'a'), pos(c + 'b')]), 'Beta': ('Beta(%sa, %sb)', lambda c: [pos(c + 'a'), pos(c + 'b')]), 'Pareto': ('Pareto(%ss, %sa)', lambda c: [pos(c + 's'), U(c + 'a', s, 1.5, 4.0)]), 'Bernoulli': ('Bernoulli(%sp)', lambda c: [U(c + 'p', s, 0.1, 0.9)]), 'Geometric': ('Geometric(%sp)', lambda c: [U(c + 'p', s, 0.1, 0.9)]), 'Binomial': ('Binomial(5, %sp)', lambda c: [U(c + 'p', s, 0.1, 0.9)]), 'Categorical': ('Categorical(logits=%sl)', lambda c: [N(c + 'l', (2, k))]), 'OneHotCategorical': ('OneHotCategorical(logits=%sl)', lambda c: [N(c + 'l', (2, k))]), 'Dirichlet': ('Dirichlet(%sc)', lambda c: [U(c + 'c', (2, k), 0.5, 3.0)]), 'Uniform': ('Uniform(%slo, %shi)', lambda c: [U(c + 'lo', s, *((-0.9, -0.5) if c == 'p' else (-2.0, -1.0))), U(c + 'hi', s, *((0.5, 0.9) if c == 'p' else (1.0, 2.0)))]), 'MultivariateNormal': ('MultivariateNormal(%sl, %sc)', lambda c: [N(c + 'l', (k,)), SPD(c + 'c', (k, k))]), 'Independent': ('Independent(distributions.Normal(%sl, %ss), 1)', lambda c: [N(c + 'l', (2, k)), U(c + 's', (2, k), 0.5, 2.0)]), 'LowRankMultivariateNormal': ('LowRankMultivariateNormal(%sl, %sw, %sd)', lambda c: [N(c + 'l', (k,)), N(c + 'w', (k, 2)), U(c + 'd', (k,), 0.5, 1.5)])}
    for a, b in pairs:
        (fa, ma), (fb, mb) = (par[a], par[b])
        pa, pb = (ma('p'), mb('q'))
        src = 'p = distributions.%s\nq = distributions.%s\nout = distributions.kl_divergence(p, q)' % (fa.replace('%s', 'p'), fb.replace('%s', 'q'))
        g.prog('%s_%s' % (a, b), src, pa + pb, ['out'], grad=[x.name for x in pa + pb], base='kl', extra={'distribution': a})

def rsample(g):
    """The sample as a function of noise: what rsample's gradients are when the noise is the one stored."""
    g.cat('rsample')
    s = (2, 3)
    loc, sc = (N('loc', s), U('scale', s, 0.4, 2.0))
    z, u = (N('noise', (2, 3)), U('noise', (2, 3), 0.03, 0.97))
    e = U('noise', (2, 3), 0.05, 3.0)
    for d, f, ins in [('Normal(loc, scale)', 'loc.add(scale * noise)', [loc, sc, ('normal', z)]), ('LogNormal(loc, scale)', 'loc.add(scale * noise).exp()', [loc, sc, ('normal', z)]), ('Gumbel(loc, scale)', 'loc.sub(scale * noise.log().neg().log())', [loc, sc, ('uniform', u)]), ('Exponential(rate)', 'noise.div(rate)', [U('rate', s, 0.4, 2.0), ('exponential', e)]), ('Laplace(loc, scale)', 'loc.sub(scale * noise.sign() * noise.abs().neg().log1p())', [loc, sc, ('uniform in (-1, 1)', U('noise', s, -0.9, 0.9))]), ('Uniform(low, high)', 'low.add(noise * high.sub(low))', [U('low', s, -2, -1), U('high', s, 1, 2), ('uniform', u)]), ('Cauchy(loc, scale)', 'loc.add(scale * noise)', [loc, sc, ('cauchy', z)]), ('HalfNormal(scale)', 'noise.mul(scale).abs()', [sc, ('normal', z)]), ('MultivariateNormal(loc, scale_tril=l)', 'loc.add(l.matmul(noise.unsqueeze(-1)).squeeze(-1))', [N('loc', (3,)), TRIL('l', 3), ('normal', N('noise', (2, 3)))]), ('RelaxedOneHotCategorical(temperature, logits=logits)', 'logits.add(noise).div(temperature).softmax(-1)', [U('temperature', (), 0.5, 1.0), N('logits', (4,)), ('gumbel', N('noise', (3, 4)))]), ('RelaxedBernoulli(temperature, logits=logits)', 'logits.add(noise.log().sub(noise.neg().log1p())).div(temperature).sigmoid()', [U('temperature', (), 0.5, 1.0), N('logits', s), ('uniform', u)])]:
        params = [i for i in ins if not isinstance(i, tuple)]
        noise = {i[1].name: i[0] for i in ins if isinstance(i, tuple)}
        g.prog(d.split('(')[0], 'out = ' + f, params + [i[1] for i in ins if isinstance(i, tuple)], ['out'], grad=[q.name for q in params], base='rsample', extra={'distribution': d.split('(')[0], 'rsample': 'distributions.' + d, 'noise': noise})

def shapes(g):
    g.cat('shapes')
    for tag, src, ret, ins in [('batch_event', 'd = distributions.MultivariateNormal(torch.zeros(2, 3), torch.eye(3))\na = d.batch_shape\nb = d.event_shape\nc = d.sample((4,)).shape', 'a b c', []), ('independent', 'd = distributions.Independent(distributions.Normal(torch.zeros(2, 3), 1.0), 1)\na = d.batch_shape\nb = d.event_shape', 'a b', []), ('expand', 'd = distributions.Normal(loc, 1.0).expand((%d, 3))\nout = d.log_prob(loc)' % 2, 'out', [N('loc', (3,))]), ('broadcast', 'd = distributions.Normal(loc, scale)\na = d.batch_shape\nout = d.log_prob(0.5 * torch.ones(2, 3))', 'a out', [N('loc', (3,)), U('scale', (2, 1), 0.5, 2.0)]), ('categorical_sample', 'd = distributions.Categorical(logits=torch.zeros(2, 5))\na = d.sample((3,)).shape\nb = d.batch_shape', 'a b', []), ('mode', 'a = distributions.Normal(loc, 1.0).mode\nb = distributions.Categorical(logits=loc).mode\nc = distributions.Gamma(loc.abs().add(1), 2.0).mode', 'a b c', [N('loc', (4,))]), ('enumerate_support', 'd = distributions.Categorical(logits=torch.zeros(2, 3))\na = d.enumerate_support()\nb = distributions.Bernoulli(torch.ones(2) * 0.5).enumerate_support()', 'a b', []), ('perplexity', 'out = distributions.Categorical(logits=loc).perplexity()', 'out', [N('loc', (2, 4))]), ('logits_of_probs', 'd = distributions.Categorical(probs)\na = d.logits\nb = d.probs', 'a b', [U('probs', (2, 3), 0.2, 2.0)]), ('mvn_matrices', 'd = distributions.MultivariateNormal(torch.zeros(2), cov)\na = d.scale_tril\nb = d.precision_matrix', 'a b', [SPD('cov', (2, 2))])]:
        g.prog(tag, src, ins, ret.split(), base='shapes')
    for tag, src in [('negative_scale', 'd = distributions.Normal(0.0, -torch.ones(2))'), ('value_outside', 'd = distributions.Beta(torch.ones(2), torch.ones(2))\nd.log_prob(torch.ones(2) * 2.0)'), ('bernoulli_half', 'd = distributions.Bernoulli(torch.ones(2) * 0.5)\nd.log_prob(torch.ones(2) * 0.3)'), ('both', 'd = distributions.Bernoulli(probs=torch.ones(1) * 0.5, logits=torch.zeros(1))')]:
        g.prog(tag, src, [C('zero', [0.0])], ['zero'], raises=True, base='refuses')

def transforms(g):
    g.cat('transform')
    T = 'distributions.transforms.'
    for tag, t, x in [('exp', T + 'ExpTransform()', N('x', (3,))), ('sigmoid', T + 'SigmoidTransform()', N('x', (3,))), ('tanh', T + 'TanhTransform()', N('x', (4,))), ('affine', T + 'AffineTransform(%s, %s)' % ('1.0', '-2.0'), N('x', (2, 3))), ('softplus', T + 'SoftplusTransform()', N('x', (3,))), ('compose', T + 'ComposeTransform([%sAffineTransform(0.0, 2.0), %sTanhTransform()])' % (T, T), N('x', (3,), 0.3)), ('power', T + 'PowerTransform(%s)' % '2.0', U('x', (3,), 0.5, 2.0))]:
        if tag == 'lower_cholesky':
            g.prog(tag, 't = %s\ny = t(x)\nback = t.inv(y)' % t, [x], ['y', 'back'], grad=['x'], base='transform')
        else:
            g.prog(tag, 't = %s\ny = t(x)\nback = t.inv(y)\nj = t.log_abs_det_jacobian(x, y)' % t, [x], ['y', 'back', 'j'], grad=['x'], base='transform')

def build(g):
    run(g, table(g))
    kl(g, KL)
    rsample(g)
    transforms(g)
    shapes(g)

def build_added(g):
    """Draws after a seed, where PyTorch makes them from draws that every generator here has."""
    g.cat('drawn')
    s = (2, 3)

    def P(tag, call, ins):
        g.prog(tag, 'torch.manual_seed(7)\nd = %s\nout = d.sample((4,))' % call, ins, ['out'])
    loc, scale = N('loc', s), U('scale', s, 0.5, 2.0)
    P('Normal', 'distributions.Normal(loc.float(), scale.float())', [loc, scale])
    P('LogNormal', 'distributions.LogNormal(loc.float(), scale.float())', [loc, scale])
    P('HalfNormal', 'distributions.HalfNormal(scale.float())', [scale])
    P('Uniform', 'distributions.Uniform(loc.float(), loc.add(scale).float())', [loc, scale])
    P('Exponential', 'distributions.Exponential(scale.float())', [scale])
    P('Bernoulli', 'distributions.Bernoulli(probs.float())', [U('probs', s, 0.1, 0.9)])
    P('Categorical', 'distributions.Categorical(logits=logits.float())', [N('logits', s)])
    P('OneHotCategorical', 'distributions.OneHotCategorical(logits=logits.float())', [N('logits', s)])
    P('Geometric', 'distributions.Geometric(probs.float())', [U('probs', s, 0.2, 0.8)])
    P('MultivariateNormal', 'distributions.MultivariateNormal(loc.float(), scale_tril=torch.eye(3).float())', [loc])
    P('Independent', 'distributions.Independent(distributions.Normal(loc.float(), scale.float()), 1)', [loc, scale])
    further(g)


def further(g):
    """Distributions beyond the list that the other cases come from."""
    g.cat('further')

    def X(name, values):
        return In(name, lambda r: np.array(values, dtype=np.float64))

    def P(tag, call, ins, more, names):
        lines = ['d = %s' % call, 'out = d.log_prob(value)']
        lines += ['%s = d.%s' % (n, m) for n, m in zip(names, more)]
        g.prog(tag, '\n'.join(lines), ins, ['out'] + names)
    s = (2, 3)
    probs = X('probs', [[0.1, 0.4995, 0.9], [0.3, 0.5, 0.7]])
    inside = U('value', s, 0.1, 0.9)
    P('ContinuousBernoulli', 'distributions.ContinuousBernoulli(probs)', [probs, inside],
      ['mean', 'variance', 'entropy()', 'cdf(value)', 'icdf(value)'], ['m', 'v', 'e', 'c', 'i'])
    P('InverseGamma', 'distributions.InverseGamma(a, b)',
      [U('a', s, 2.5, 5.0), U('b', s, 0.5, 2.0), U('value', s, 0.2, 3.0)],
      ['mean', 'variance', 'mode', 'entropy()'], ['m', 'v', 'o', 'e'])
    simplex = X('value', [[0.1, 0.2, 0.3, 0.4], [0.4, 0.25, 0.25, 0.1]])
    P('LogisticNormal', 'distributions.LogisticNormal(loc, scale)',
      [N('loc', s), U('scale', s, 0.5, 2.0), simplex], [], [])
    factor = X('tril', [[1.2, 0.0, 0.0], [0.4, 0.8, 0.0], [-0.3, 0.2, 1.5]])
    matrix = X('value', [[2.0, 0.3, -0.2], [0.3, 1.5, 0.4], [-0.2, 0.4, 3.0]])
    P('Wishart', 'distributions.Wishart(df, scale_tril=tril)',
      [X('df', 5.5), factor, matrix],
      ['mean', 'variance', 'mode', 'entropy()'], ['m', 'v', 'o', 'e'])
    P('Wishart/covariance', 'distributions.Wishart(df, matrix)',
      [X('df', [4.0, 7.0]), X('matrix', [[2.0, 0.3], [0.3, 1.5]]),
       X('value', [[1.0, -0.3], [-0.3, 2.5]])], ['mean', 'entropy()'], ['m', 'e'])
    cholesky = X('value', [[1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [-0.48, 0.6, 0.64]])
    P('LKJCholesky', 'distributions.LKJCholesky(3, eta)',
      [X('eta', [0.5, 1.0, 3.0]), cholesky], [], [])
    g.prog('StickBreakingTransform',
           't = distributions.transforms.StickBreakingTransform()\ny = t(x)\nback = t.inv(y)\n'
           'log = t.log_abs_det_jacobian(x, y)', [N('x', s)], ['y', 'back', 'log'])

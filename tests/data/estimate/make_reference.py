"""make_reference.py: what scipy finds for problems of src/estimate, for its tests (the .txt beside it).

tomogravity: minimise sum(x log(x / prior) - x + prior) over x >= 0 subject to the counters, by
trust-constr, an interior-point method.
gravity: the most likely sizes of quasi-independence, Poisson counts, over the pairs that have a watched end: L-BFGS on
the logarithms of the sizes. What follows for the pairs without one is the answer."""
import pathlib

import numpy
from scipy.optimize import LinearConstraint, minimize


def words(name, values):
    return name + ' ' + ' '.join(f'{value:.10g}' for value in values) + '\n'


def tomogravity(random):
    count = int(random.integers(4, 14))
    prior = numpy.exp(2 * random.random(count))
    truth = prior * numpy.exp(2 * random.random(count) - 1)
    rows = []
    while len(rows) < count // 2:
        row = random.choice([0, 0, 0.5, 1], count)
        if row.any() and numpy.linalg.matrix_rank(numpy.array(rows + [row])) == len(rows) + 1:
            rows.append(row)
    rows = numpy.array(rows)
    found = minimize(lambda x: float(numpy.sum(x * numpy.log(x / prior) - x + prior)), truth,
                     jac=lambda x: numpy.log(x / prior), hess=lambda x: numpy.diag(1 / x), method='trust-constr',
                     bounds=[(1e-9, None)] * count, constraints=LinearConstraint(rows, rows @ truth, rows @ truth),
                     options={'gtol': 1e-12, 'xtol': 1e-14, 'barrier_tol': 1e-12, 'maxiter': 5000})
    assert abs(rows @ found.x - rows @ truth).max() < 1e-8, found.message
    text = words('prior', prior)
    for row in rows:
        text += words('counter', [row @ truth]).rstrip() + words('', row)
    return text + words('nearest', found.x)


def gravity(random):
    count = int(random.integers(5, 9))
    watched = 2 + int(random.integers(0, 2))
    sizes = numpy.exp(random.normal(size=(2, count)))
    traffic = numpy.outer(*sizes) * numpy.exp(0.7 * random.normal(size=(count, count))) + 0.05
    ends = numpy.arange(count)
    seen = ((ends[:, None] < watched) | (ends[None, :] < watched)) & (ends[:, None] != ends[None, :])

    def less_likely(logs):
        model = numpy.exp(logs[:count, None] + logs[None, count:])
        off = numpy.where(seen, model - traffic, 0)
        value = numpy.sum(numpy.where(seen, model - traffic * (logs[:count, None] + logs[None, count:]), 0))
        return value, numpy.concatenate([off.sum(1), off.sum(0)])

    found = minimize(less_likely, numpy.zeros(2 * count), jac=True, method='L-BFGS-B',
                     options={'ftol': 1e-15, 'gtol': 1e-10, 'maxiter': 20000, 'maxfun': 20000})
    model = numpy.exp(found.x[:count, None] + found.x[None, count:])
    text = f'watched {watched} {count}\n'
    for row in traffic:
        text += words('traffic', row)
    hidden = [model[i, j] for i in range(watched, count) for j in range(watched, count) if i != j]
    return text + words('hidden', hidden)


def main():
    random = numpy.random.default_rng(1968)
    place = pathlib.Path(__file__).parent
    (place / 'tomogravity.txt').write_text(''.join(tomogravity(random) for _ in range(30)))
    (place / 'gravity.txt').write_text(''.join(gravity(random) for _ in range(30)))


if __name__ == '__main__':
    main()

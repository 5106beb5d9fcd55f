"""Makes random_vectors.f64 and golden.tsv, what scipy, statsmodels and mpmath say. Run once; all are committed.

    pip install scipy==1.17.1 numpy==2.4.6 statsmodels==0.15.0 mpmath==1.4.1 && python make_tables.py

The inputs of random_vectors.f64 are not stored: they come from the counter-based generator of mtl/detail/random.hpp, which
stands here a second time, and tests/stats/random_vectors.test.cpp makes them anew. They are exact in binary on any machine.
"""

import math
import pathlib
import random
import warnings

import mpmath
import numpy
import scipy.stats
import statsmodels.stats.contingency_tables
import statsmodels.stats.multitest
import statsmodels.stats.power

HERE = pathlib.Path(__file__).parent
VECTORS = 10_000
ROPE = 0.25
MASK32, MASK64 = 2**32 - 1, 2**64 - 1


def philox(key, low, high):
    """Philox4x32-10: four random words for a key and a counter."""
    k0, k1, c0, c1, c2, c3 = key & MASK32, key >> 32, low & MASK32, low >> 32, high & MASK32, high >> 32
    for _ in range(10):
        p, q = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (q >> 32) ^ c1 ^ k0, q & MASK32, (p >> 32) ^ c3 ^ k1, p & MASK32
        k0, k1 = (k0 + 0x9E3779B9) & MASK32, (k1 + 0xBB67AE85) & MASK32
    return c0, c1, c2, c3


class RandomStream:
    def __init__(self, key):
        self.key = key

    def at(self, number, kind=2):
        block = philox(self.key, number, kind)
        return RandomStream(block[2] | block[3] << 32)

    def named(self, purpose):
        digest = 0xCBF29CE484222325
        for byte in purpose.encode():
            digest = (digest ^ byte) * 0x100000001B3 & MASK64
        return self.at(digest, kind=1)

    def bits(self, index):
        block = philox(self.key, index, 0)
        return block[0] | block[1] << 32

    def below(self, index, n):
        return self.bits(index) * n >> 64


def random_vector(number):
    """Two lists of scores: of four kinds, 2 to 50 pairs, 10 in two of five."""
    stream = RandomStream(20240601).named("random vectors").at(number)
    n = 10 if stream.below(0, 5) < 2 else 2 + stream.below(1, 49)
    kind, shift = stream.below(2, 4), stream.below(3, 3)
    a, b = [], []
    for i in range(n):
        words = [stream.at(i).bits(j) for j in range(4)]
        if kind == 0:  # measurements: 40 bits, moved by nothing, a little, or much
            a.append(math.ldexp((words[0] >> 24) + (shift << 38), -30))
            b.append(math.ldexp(words[1] >> 24, -30))
        elif kind == 1:  # close to normal: sums of four
            a.append(math.ldexp(sum(word >> 24 for word in words) + (shift << 39), 20))
            b.append(math.ldexp(sum((word & 0xFFFFFF) << 16 for word in words), 20))
        else:  # accuracies of a fold of 400 or of 30 texts, in percent: ties and zeros are usual
            texts, spread = (400, 40) if kind == 2 else (30, 8)
            right = texts * 3 // 4 - (words[0] * spread >> 64)
            a.append(100.0 * (right + shift + (words[1] * 7 >> 64) - 3) / texts)
            b.append(100.0 * right / texts)
    return kind, a, b


def wilcoxon(kind, differences):
    """Exact and asymptotic p: two-sided and less. NaN where scipy has no exact one, and for kind 3, where equal
    differences differ by their rounding and scipy takes none for tied."""
    missing = [math.nan] * 4
    values = differences[differences != 0]
    if kind == 3 or len(values) == 0:
        return missing
    tied = len(set(numpy.abs(values))) < len(values)
    method = ("exact" if not tied else
              scipy.stats.PermutationMethod(n_resamples=math.inf) if len(values) <= 10 else None)
    exact = [scipy.stats.wilcoxon(values, alternative=side, method=method).pvalue if method and len(values) <= 25 else math.nan
             for side in ("two-sided", "less")]
    return exact + [scipy.stats.wilcoxon(values, alternative=side, method="asymptotic", correction=True).pvalue
                    for side in ("two-sided", "less")]


def sign_flip(a, b):
    if len(a) > 10:
        return [math.nan] * 2
    signs = numpy.array(numpy.meshgrid(*[[1, -1]] * len(a))).reshape(len(a), -1)
    means = (signs.T * (a - b)).mean(axis=1)
    observed, noise = (a - b).mean(), 1e-13 * max(abs(a).max(), abs(b).max())
    return [float(numpy.mean(abs(means) >= abs(observed) - noise)), float(numpy.mean(means <= observed + noise))]


def row_of(number):
    kind, a, b = (x if isinstance(x, int) else numpy.array(x) for x in random_vector(number))
    n, differences = len(a), a - b
    if numpy.ptp(differences) < 1e-9 * max(abs(a).max(), abs(b).max()):
        return [math.nan] * 15  # no t
    two = scipy.stats.ttest_rel(a, b)
    ends = two.confidence_interval(0.95)
    less, greater = (scipy.stats.ttest_rel(a, b, alternative=side).pvalue for side in ("less", "greater"))
    scale = differences.std(ddof=1) * math.sqrt(1 / n + 1 / (n - 1))
    corrected = differences.mean() / scale
    student = scipy.stats.t(n - 1)
    rope = ROPE * differences.std(ddof=1)
    below, above = student.cdf((-rope - differences.mean()) / scale), student.sf((rope - differences.mean()) / scale)
    return ([two.statistic, two.pvalue, less, greater, ends.low, ends.high, 2 * student.sf(abs(corrected)), student.cdf(corrected)]
            + wilcoxon(kind, differences) + sign_flip(a, b) + [below if below < above else above])


def noncentral_t_cdf(t, df, delta):
    """P(T <= t) by the series of Lenth's algorithm AS 243, which shares nothing with the library's integral."""
    t, df, delta = mpmath.mpf(t), mpmath.mpf(df), mpmath.mpf(delta)
    if t < 0:
        return 1 - noncentral_t_cdf(-t, df, -delta)
    x, y, half = t * t / (df + t * t), df / (df + t * t), delta * delta / 2
    even, odd = mpmath.betainc(0.5, df / 2, 0, x, regularized=True), 1 - y**(df / 2)
    even_step = x**mpmath.mpf(0.5) * y**(df / 2) / (mpmath.mpf(0.5) * mpmath.beta(0.5, df / 2))
    odd_step = x * y**(df / 2) / mpmath.beta(1, df / 2)
    p, q = mpmath.exp(-half), delta / mpmath.sqrt(2) * mpmath.exp(-half) / mpmath.gamma(1.5)
    total, j = mpmath.mpf(0), 0
    while t != 0 and (j < half or max(p * even, abs(q) * odd) > mpmath.mpf(10)**-45):
        total += p * even + q * odd
        even, even_step = even - even_step, even_step * x * (j + 0.5 + df / 2) / (j + mpmath.mpf(1.5))
        odd, odd_step = odd - odd_step, odd_step * x * (j + 1 + df / 2) / (j + 2)
        p, q, j = p * half / (j + 1), q * half / (j + mpmath.mpf(1.5)), j + 1
    return total / 2 + mpmath.erfc(delta / mpmath.sqrt(2)) / 2


def noncentrality(t, df, probability):
    width = math.sqrt(1 + t * t / (2 * df))
    start = t * (1 - 1 / (4 * df)) - scipy.stats.norm.ppf(float(probability)) * width
    bracket = (mpmath.mpf(start - 1.5 * width), mpmath.mpf(start + 1.5 * width))
    return mpmath.findroot(lambda delta: noncentral_t_cdf(t, df, delta) - probability, bracket, solver="anderson", tol=1e-40,
                             maxsteps=100)


def golden():
    """Lines of golden.tsv: name, inputs and outputs."""
    draw = random.Random(20240601)
    mpmath.mp.dps = 70
    for df in (1, 2, 3, 9, 49):
        for t in (-5.0, -0.25, 0.5, 2.0, 7.5, 40.0):
            yield "noncentral_t_interval", t, df, noncentrality(t, df, mpmath.mpf("0.975")), noncentrality(t, df, mpmath.mpf("0.025"))
        for t, delta in ((0.5, 1.5), (-1.0, 0.25), (3.0, 2.0), (60.0, 45.0)):
            yield "noncentral_t_cdf", t, df, delta, noncentral_t_cdf(t, df, delta)
    for _ in range(40):
        a, b = draw.randrange(60), draw.randrange(60)
        table = [[draw.randrange(500), a], [b, draw.randrange(500)]]
        exact, plain, corrected = (statsmodels.stats.contingency_tables.mcnemar(table, exact=how == 0, correction=how == 2)
                                   for how in range(3))
        whole = mpmath.mpf(2)**(a + b)
        tail = sum(mpmath.binomial(a + b, k) for k in range(min(a, b)))
        yield ("mcnemar", a, b, exact.pvalue, (2 * tail + mpmath.binomial(a + b, min(a, b))) / whole, plain.statistic, plain.pvalue,
               corrected.statistic if a != b else 0, corrected.pvalue if a != b else 1)
    for n in (2, 5, 10, 30):
        for dz in (0.1, 0.5, 1.25):
            for alpha in (0.05, 0.05 / 12):
                one, two = (scipy.stats.t.isf(tail, n - 1) for tail in (alpha, alpha / 2))
                delta = mpmath.sqrt(n) * mpmath.mpf(dz)
                above, below = noncentral_t_cdf(-two, n - 1, -delta), noncentral_t_cdf(-two, n - 1, delta)
                yield "power", n, dz, alpha, noncentral_t_cdf(-one, n - 1, -delta), above + below, above
    for _ in range(40):
        differences = numpy.array([draw.gauss(0.5, 1) for _ in range(10)]).reshape(5, 2)
        variances = 2 * ((differences[:, 0] - differences[:, 1]) / 2)**2
        t = differences[0, 0] / math.sqrt(variances.mean())
        f = (differences**2).sum() / (2 * variances.sum())
        yield ("five_by_two", *differences.ravel(), t, 2 * scipy.stats.t.sf(abs(t), 5), f, scipy.stats.f.sf(f, 10, 5))
    for size in (1, 2, 3, 12, 12, 12, 12, 30):
        p = [round(draw.random()**3, draw.choice([2, 6])) for _ in range(size)]
        for name, method in (("bonferroni", "bonferroni"), ("holm", "holm"), ("hochberg", "simes-hochberg"), ("hommel", "hommel"),
                             ("bh", "fdr_bh"), ("by", "fdr_by")):
            yield (f"adjust_{name}", *p, *statsmodels.stats.multitest.multipletests(p, method=method)[1])
    for _ in range(12):
        values = sorted(draw.gauss(1, 2) for _ in range(draw.randrange(100, 400)))
        observed, acceleration, level = draw.gauss(1, 1), draw.gauss(0, 0.05), draw.choice([0.9, 0.95])
        bias = scipy.stats.norm.ppf(numpy.mean(numpy.array(values) < observed))
        z = bias + scipy.stats.norm.ppf([(1 - level) / 2, (1 + level) / 2])
        bca = numpy.quantile(values, scipy.stats.norm.cdf(bias + z / (1 - acceleration * z)))
        percentile = numpy.quantile(values, [(1 - level) / 2, (1 + level) / 2])
        yield ("bootstrap", observed, acceleration, level, *percentile, *bca, *values)


def text(value):
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else repr(float(value))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    lines = ["\t".join(map(text, line)) for line in golden()]
    (HERE / "golden.tsv").write_text("\n".join(lines) + "\n", encoding="ascii")
    table = numpy.array([row_of(number) for number in range(VECTORS)], dtype="<f8")
    table.tofile(HERE / "random_vectors.f64")
    print(table.shape, "NaN by column:", numpy.isnan(table).sum(axis=0))

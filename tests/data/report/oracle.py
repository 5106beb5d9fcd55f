"""Makes cells.tsv, a made-up run, and expected.csv, what scipy says of it. Run once; both are committed.

    pip install scipy==1.17.1 && python oracle.py

Layer 2 is an ordinary layer, layer 7 lacks the control's last fold, layer 12 has a treatment that is worse, and
layer 5 has one fold only.
"""
import csv
import pathlib
import random

import numpy
import scipy.stats

here = pathlib.Path(__file__).parent
random.seed(20240101)
TEXTS, CLASSES = 24, 3
SKILL = {(2, "multi"): 0.86, (2, "single"): 0.70, (5, "multi"): 0.8, (5, "single"): 0.8, (7, "multi"): 0.8,
         (7, "single"): 0.74, (12, "multi"): 0.62, (12, "single"): 0.78}

rows = []
for (layer, arm), skill in SKILL.items():
    for fold in range(1 if layer == 5 else 5):
        if (layer, arm, fold) == (7, "single", 4):
            continue
        for text in range(TEXTS):
            gold = text % CLASSES
            predicted = gold if random.random() < skill else random.randrange(CLASSES)
            rows.append((arm, layer, fold, 1, f"text-{fold}-{text}", gold, predicted))

with open(here / "cells.tsv", "w", newline="") as file:
    writer = csv.writer(file, delimiter="\t", lineterminator="\n")
    writer.writerow(["arm", "layer", "fold", "seed", "id", "gold", "predicted"])
    writer.writerows(rows)


def accuracy(arm, layer, fold):
    cell = [gold == predicted for a, l, f, _, _, gold, predicted in rows if (a, l, f) == (arm, layer, fold)]
    return 100 * numpy.mean(cell) if cell else None


with open(here / "expected.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["layer", "n", "multi_mean", "multi_population_sd", "single_mean", "single_population_sd", "mean_diff",
                     "t", "p_greater", "p_two_sided", "ci95_low", "ci95_high"])
    for layer in sorted({layer for layer, _ in SKILL}):
        pairs = [(accuracy("multi", layer, fold), accuracy("single", layer, fold)) for fold in range(5)]
        multi, single = numpy.array([pair for pair in pairs if None not in pair]).T
        line = [layer, len(multi), multi.mean(), multi.std(ddof=0), single.mean(), single.std(ddof=0), (multi - single).mean()]
        if len(multi) > 1:
            greater = scipy.stats.ttest_rel(multi, single, alternative="greater")
            two = scipy.stats.ttest_rel(multi, single)
            interval = two.confidence_interval(0.95)
            line += [greater.statistic, greater.pvalue, two.pvalue, interval.low, interval.high]
        else:
            line += [""] * 5
        writer.writerow([x if isinstance(x, (int, str)) else repr(float(x)) for x in line])

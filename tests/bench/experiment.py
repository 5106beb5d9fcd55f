"""A real sweep beside the same experiment in the usual loop: livedoor, 9 classes of 40 texts of up to 512 pieces, layers 1, 6 and 12, two
of ten folds, both arms, two epochs.

Ours is run whole, by the program: preparation, training, evaluation, everything written. The usual loop would take hours. Its time is
that of its steps: what our cells trained and evaluated, in tokens, divided by the tokens a second that this run has measured of it, with
layers below l in eval mode. It is given the prepared texts for nothing, and nothing for reading, saving or starting.
"""

import json
import os
import subprocess
import time
from pathlib import Path

LAYERS, EPOCHS, FOLDS = (1, 6, 12), 2, 2


def archive():
    """The livedoor archive in the folder that MTL_DATA_DIR names, or None."""
    folder = os.environ.get("MTL_DATA_DIR")
    path = Path(folder) / "ldcc-20140209.tar.gz" if folder else None
    return path if path and path.exists() else None


def run_ours(program, model, corpus, workplace):
    """(seconds, tokens trained by layer, tokens of the whole data set)."""
    data, run = workplace / "unit-data", workplace / "unit-run"
    begin = time.monotonic()
    for words in (["prepare", "--dataset", "livedoor", "--input", corpus, "--model", model, "--per-class", 40, "--out", data],
                  ["sweep", "--data", data, "--model", model, "--out", run, "--profile", "quick", "--layers", ",".join(map(str, LAYERS)),
                   "--folds", FOLDS, "--epochs", EPOCHS]):
        subprocess.run([str(word) for word in [program] + words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds = time.monotonic() - begin
    trained = dict.fromkeys(LAYERS, 0)
    for cell in run.glob("cells/*/result.json"):
        result = json.loads(cell.read_text())
        trained[result["cell"]["layer"]] += result["tokens"]
    tokens = sum(len(json.loads(line)["ids"]) for line in (data / "examples.jsonl").open())
    return seconds, trained, tokens


def peer_seconds(trained, tokens, rates, evaluation_rate):
    """Of the usual loop. rates: tokens a second of a training step by layer. A fold's valid texts are read once an epoch, its test texts
    once; each is a tenth."""
    evaluated = len(LAYERS) * FOLDS * 2 * (EPOCHS + 1) * tokens / 10
    return sum(trained[layer] / rates[layer] for layer in LAYERS) + evaluated / evaluation_rate

"""Times our training step beside the transformers loop of peer.py: bench.py STEP_PROGRAM WORKPLACE [--quick | --full] [--json F] [--page F]

Both sides have the same weights and the same ragged batch and work in turns. A ratio counts only where the losses and the gradients
of the same run agree, and a step that waited for a core too long is repeated. Rows are in rows.py. Ends with 1 where the two sides
disagree, or a row of the gate misses its target or takes more memory than its limit.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import sys
import time
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

import experiment
import figure
import page
import texts
from rows import CACHED, FURTHER, GATES, MACHINE_PRECISION, SHAPES, target
from workers import Team, Worker, machine_memory

HERE = Path(__file__).parent
VOCABULARY, LAYERS, CLASSES, LABELS = 8000, 12, 9, 7
STARVED, TRIES = 0.10, 4  # share of its time that a step may wait for a core; how often it is tried
LAYOUTS = ((1, 2), (2, 1))  # processes x threads
OURS = 5 << 30  # bytes for two processes of ours beside the peer's
# Relative differences of two computations, by what both are in; see agreement().
LOSS = {"bf16": 0.01, "fp32": 1e-4}
GRADIENT = {"bf16": 0.06, "fp32": 1e-3}
LOGITS = {"bf16": 0.05, "fp32": 1e-4}  # beside float32
DRIFT = 0.15  # of losses under other dropout bits


def write_model(folder, shape):
    """Random weights in Hugging Face layout, and the heads'."""
    hidden, heads = SHAPES[shape]
    config = {"model_type": "bert", "vocab_size": VOCABULARY, "hidden_size": hidden, "num_hidden_layers": LAYERS,
              "num_attention_heads": heads, "intermediate_size": 4 * hidden, "max_position_embeddings": 512, "type_vocab_size": 2,
              "architectures": ["BertModel"], "layer_norm_eps": 1e-12, "hidden_act": "gelu"}
    chance, tensors = np.random.default_rng(1), {}

    def normal(name, *sizes, deviation=0.02):
        tensors[name] = (chance.standard_normal(sizes) * deviation).astype(np.float32)

    def norm(name):
        tensors[name + ".weight"] = (1 + 0.1 * chance.standard_normal(hidden)).astype(np.float32)
        normal(name + ".bias", hidden)

    for kind, rows in (("word", VOCABULARY), ("position", 512), ("token_type", 2)):
        normal(f"embeddings.{kind}_embeddings.weight", rows, hidden)
    norm("embeddings.LayerNorm")
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."
        for part, out, width in (("attention.self.query", hidden, hidden), ("attention.self.key", hidden, hidden),
                                 ("attention.self.value", hidden, hidden), ("attention.output.dense", hidden, hidden),
                                 ("intermediate.dense", 4 * hidden, hidden), ("output.dense", hidden, 4 * hidden)):
            normal(f"{prefix}{part}.weight", out, width)
            normal(f"{prefix}{part}.bias", out)
        norm(prefix + "attention.output.LayerNorm")
        norm(prefix + "output.LayerNorm")
    (folder / "model").mkdir(parents=True)
    (folder / "model/config.json").write_text(json.dumps(config))
    save_file(tensors, folder / "model/model.safetensors", metadata={"format": "pt"})
    tensors = {}
    for head, labels in (("main", CLASSES), ("pos", LABELS)):
        normal(f"heads.{head}.linear.weight", labels, hidden)
        normal(f"heads.{head}.linear.bias", labels)
    save_file(tensors, folder / "heads.safetensors")


def write_batch(folder, lengths):
    chance = np.random.default_rng(2)
    tokens, starts = sum(lengths), np.concatenate([[0], np.cumsum(lengths)])
    save_file({"ids": chance.integers(5, VOCABULARY, tokens), "starts": starts.astype(np.int64),
               "main": chance.integers(0, CLASSES, len(lengths)), "pos": chance.integers(0, LABELS, tokens)},
              folder / "batch.safetensors")


def agreement(folder, ours, peer):
    """(relative difference of the losses, the largest of a parameter's gradient in the 2-norm), both without dropout.

    A softmax does not feel the bias of the keys, whose gradient is rounding: it is taken as a share of the keys' weights'.
    """
    losses = [team(f"check {folder / name}")["loss"] for team, name in ((ours, "ours.safetensors"), (peer, "peer.safetensors"))]
    mine, theirs = load_file(folder / "ours.safetensors"), load_file(folder / "peer.safetensors")
    if mine.keys() != theirs.keys():
        sys.exit(f"bench: the two sides train different parameters: {sorted(mine.keys() ^ theirs.keys())}")
    worst = 0.0
    for name, gradient in theirs.items():
        norm = np.linalg.norm(theirs[name.replace("key.bias", "key.weight")])
        worst = max(worst, float(np.linalg.norm(mine[name] - gradient) / norm))
    return abs(losses[0] - losses[1]) / abs(losses[1]), worst


PATIENCE = {"quick": 240, "whole": 1200, "full": 3600}  # seconds of one run that may go into repeated steps


class Counting:
    """Counts steps; a starved one is repeated, while there is time for that."""

    def __init__(self, patience):
        self.patience = patience

    def __call__(self, team, word="step"):
        best = team(word)
        for _ in range(TRIES - 1):
            if best["starved"] <= STARVED or self.patience <= 0:
                break
            step = team(word)
            self.patience -= step["seconds"]
            best = min(best, step, key=lambda one: one["starved"])
        return best


class Bench:
    def __init__(self, program, workplace, mode):
        self.program, self.workplace, self.mode = program, workplace, mode
        self.peers, self.counted, self.kernels = {}, Counting(PATIENCE[mode]), "none"
        shutil.rmtree(workplace, ignore_errors=True)

    def folder(self, row):
        folder = self.workplace / row.shape
        if not folder.exists():
            write_model(folder, row.shape)
        write_batch(folder, row.lengths(self.mode))
        return folder

    def peer(self, row, layer, layout, folder):
        processes, threads = layout
        if layout not in self.peers:
            while self.peers and self.mode != "quick":  # one keeps up to 15 GB of a whole batch
                self.peers.popitem()[1].close()
            command = [sys.executable, HERE / "peer.py", threads]
            self.peers[layout] = Team([Worker(command) for _ in range(processes)])
        self.peers[layout]("load " + json.dumps({"folder": str(folder), "layer": layer, "dropout": row.dropout, "form": row.form,
                                                 "arm": row.arm, "precision": row.computed_in, "compile": row.compiled}))
        return self.peers[layout]

    def versions(self):
        greeting = next(iter(self.peers.values())).workers[0].greeting if self.peers else {"torch": "-", "transformers": "-"}
        return greeting | {"kernels": self.kernels}

    def ours(self, row, layer, layout, folder):
        processes, threads = layout
        first = layer if row.form == "eval_below" else 0
        job = {"folder": str(folder), "layer": layer, "dropout": row.dropout, "from": first, "arm": row.arm, "threads": threads,
               "engine": "fast", "precision": row.computed_in, "cached": row.cached}
        return Team([Worker([self.program, json.dumps(job)]) for _ in range(processes)])

    def faster(self, teams, room):
        """Of one process of two threads and two of one, the faster in a few steps. teams: makes a team of a layout. Two processes are
        tried where twice the memory of one, and `room` besides, is there."""
        speeds = {}
        for layout in LAYOUTS:
            team, count = teams(layout), layout[0]
            steps = [self.counted(team)["seconds"]]  # a warm-up, which a long step hardly feels
            if steps[0] < 8:
                steps = [self.counted(team)["seconds"] for _ in range(2 if self.mode == "quick" else 3)]
            speeds[layout] = count / statistics.median(steps)
            if count == 1 and 2 * team.peak() + room > machine_memory():
                break
        return max(speeds, key=speeds.get)

    def layouts(self, row, layer):
        """Of both sides."""
        folder, made = self.folder(row), []

        def ours(layout):
            while made:
                made.pop().close()
            made.append(self.ours(row, layer, layout, folder))
            return made[-1]

        mine = self.faster(ours, 0)
        made.pop().close()
        return mine, self.faster(lambda layout: self.peer(row, layer, layout, folder), OURS)

    def layout(self, row, layer, layout, peer_layout):
        """Each side in a layout, in turns."""
        folder, texts_tokens = self.folder(row), sum(row.lengths(self.mode))
        peer, ours = self.peer(row, layer, peer_layout, folder), self.ours(row, layer, layout, folder)
        loss, gradient = agreement(folder, ours, peer)
        ours("step"), peer("step")  # warm-up
        mine, theirs = [], []
        for _ in range(2 if self.mode == "quick" or (row.dropout and row.tokens == 512) else 3):
            mine += [self.counted(ours), self.counted(ours)]
            theirs.append(self.counted(peer))
            mine.append(self.counted(ours))
        tokens = {"ours": texts_tokens * layout[0], "peer": texts_tokens * peer_layout[0]}
        ratios = [tokens["ours"] / tokens["peer"] * one["seconds"] / statistics.median(m["seconds"] for m in mine[3 * i:3 * i + 3])
                  for i, one in enumerate(theirs)]
        memory = ours("peak")["replies"][0]
        self.kernels = ours.workers[0].greeting["kernels"]
        ours.close()
        steps = {"ours": tokens["ours"] / statistics.median(m["seconds"] for m in mine),
                 "peer": tokens["peer"] / statistics.median(t["seconds"] for t in theirs)}
        # With other dropout bits, and after other roundings, the losses of the same step stay near each other.
        last = min(len(ours.losses), len(peer.losses)) - 1
        drift = abs(ours.losses[last] - peer.losses[last]) / abs(peer.losses[0])
        return steps | {"loss": loss, "gradient": gradient, "drift": drift, "ratios": ratios,
                        "cores": {side: statistics.median(s["ran"] / s["seconds"] for s in seen) for side, seen in
                                  (("ours", mine), ("peer", theirs))},
                        "starved": max(s["starved"] for s in mine + theirs),
                        "peak": memory["peak"] - ours.workers[0].greeting["loaded"],
                        "layouts": [f"{processes} x {threads}" for processes, threads in (layout, peer_layout)]}

    def cell(self, row, layer):
        begin = time.monotonic()
        seen = self.layout(row, layer, *self.layouts(row, layer))
        ratio = seen["ours"] / seen["peer"]
        agrees = seen["loss"] <= LOSS[row.computed_in] and seen["gradient"] <= GRADIENT[row.computed_in] and seen["drift"] <= DRIFT
        result = {"name": f"{row.name}, l={layer}", "ours": seen["ours"], "peer": seen["peer"], "ratio": ratio if agrees else None,
                  "target": target(row.targets[layer]), "low": min(seen["ratios"]), "high": max(seen["ratios"]), "gate": row.gate,
                  "loss": seen["loss"], "gradient": seen["gradient"], "starved": seen["starved"], "cores": seen["cores"],
                  "peak": seen["peak"], "limit": target(row.limit), "layouts": seen["layouts"], "texts": len(row.lengths(self.mode)),
                  "tokens": sum(row.lengths(self.mode)), "seconds": time.monotonic() - begin}
        print(page.line(result), flush=True)
        return result

    def sweep(self, cells, mtl, model):
        """The experiment of experiment.py. cells: of the row whose peer it is measured by."""
        begin, row = time.monotonic(), CACHED[0]
        peer = self.peer(row, 12, (1, 2), self.folder(row))
        peer("evaluate")  # warm-up
        evaluation = sum(row.lengths(self.mode)) / min(self.counted(peer, "evaluate")["seconds"] for _ in range(3))
        mine, trained, tokens = experiment.run_ours(mtl, model, experiment.archive(), self.workplace)
        rates = {layer: cell["peer"] for layer, cell in zip(row.targets, cells)}
        theirs = experiment.peer_seconds(trained, tokens, rates, evaluation)
        result = {"name": "livedoor, 9 x 40 texts of 512 pieces, layers 1, 6, 12, two folds, both arms, two epochs", "ours": mine,
                  "peer": theirs, "ratio": theirs / mine, "target": target(8), "seconds": time.monotonic() - begin}
        print(page.sweep_line(result), flush=True)
        return result

    def predict(self):
        """The classes of 8 texts of 128 tokens, by BERT-base: ours in MACHINE_PRECISION beside onnxruntime in float32."""
        begin, lengths = time.monotonic(), [128] * 8
        folder = self.folder(next(row for row in GATES if row.shape == "BERT-base"))
        write_batch(folder, lengths)
        job = {"folder": str(folder), "layer": LAYERS, "dropout": 0, "from": 0, "arm": "single", "threads": 2, "engine": "fast",
               "precision": MACHINE_PRECISION, "cached": False}
        ours = Team([Worker([self.program, json.dumps(job)])])
        peer = Team([Worker([sys.executable, HERE / "predict_peer.py", folder, 2])])
        logits = []
        for team, file in ((ours, folder / "ours.safetensors"), (peer, folder / "peer.safetensors")):
            team(f"logits {file}")
            logits.append(load_file(file)["logits"])
        apart = float(np.linalg.norm(logits[0] - logits[1]) / np.linalg.norm(logits[1]))
        ours("predict"), peer("predict")  # warm-up
        pairs = [(self.counted(ours, "predict"), self.counted(peer, "predict")) for _ in range(7)]
        seconds = [statistics.median(pair[side]["seconds"] for pair in pairs) for side in (0, 1)]
        ratios = [theirs["seconds"] / mine["seconds"] for mine, theirs in pairs]
        ours.close(), peer.close()
        result = {"name": "BERT-base, 128 tokens, 8 texts, predict", "ours": sum(lengths) / seconds[0], "peer": sum(lengths) / seconds[1],
                  "ratio": seconds[1] / seconds[0] if apart <= LOGITS[MACHINE_PRECISION] else None, "target": target(1.8), "low": min(ratios), "high": max(ratios),
                  "logits": apart, "starved": max(one["starved"] for pair in pairs for one in pair),
                  "layouts": ["1 x 2", "1 x 2"], "onnxruntime": peer.workers[0].greeting["onnxruntime"],
                  "seconds": time.monotonic() - begin}
        print(page.predict_line(result), flush=True)
        return result


def total(row, cells):
    """All layers together, as a sweep trains them: the times of those between the measured ones by linear interpolation."""
    measured = sorted(row.targets)
    seconds = {side: np.interp(range(1, LAYERS + 1), measured, [1 / cell[side] for cell in cells]).sum() for side in ("ours", "peer")}
    ratio = seconds["peer"] / seconds["ours"] if all(cell["ratio"] for cell in cells) else None
    result = {"name": f"{row.name}, the {LAYERS} layers", "ours": LAYERS / seconds["ours"], "peer": LAYERS / seconds["peer"],
              "ratio": ratio, "target": target(row.total)}
    print(page.total_line(result), flush=True)
    return result


def is_wanted(name, only):
    """Whether a cell's name contains what --only says; a number there is a whole one: l=1 is not l=12."""
    before, behind = "(?<![0-9.])" if only[:1].isdigit() else "", r"(?!\.?[0-9])" if only[-1:].isdigit() else ""
    return re.search(before + re.escape(only) + behind, name) is not None


def keep_niceness():
    """A negative niceness is meant against the whole machine: the kernel's grouping of sessions would confine it to this one."""
    niceness = os.nice(0)
    if niceness < 0:
        if os.getpid() != os.getsid(0):
            os.setsid()
        Path("/proc/self/autogroup").write_text(str(niceness))


def measure_text(options, mode):
    return texts.Texts(options.program.parent, options.workplace, options.corpus, options.text_python, mode).run()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("workplace", type=Path)
    parser.add_argument("--mtl", type=Path, help="the program")
    parser.add_argument("--model", type=Path, help="the default model")
    parser.add_argument("--quick", dest="mode", action="store_const", const="quick", default="whole",
                        help="all but the real sweep, with batches of 4 or 8 texts")
    parser.add_argument("--full", dest="mode", action="store_const", const="full", help="more rows")
    parser.add_argument("--only", default="", help="only cells whose name contains this")
    parser.add_argument("--json", type=Path, help="write the results there")
    parser.add_argument("--page", type=Path, help="write docs/benchmarks.md there, benchmarks-avx2.md without bf16")
    parser.add_argument("--corpus", nargs=2, help="name and path: then text is measured too; --only text: nothing else")
    parser.add_argument("--text-python", type=Path, help="the Python with fugashi and transformers")
    options = parser.parse_args()
    if options.page and options.only:
        parser.error("--page writes the page of a whole run, which --only is not")
    keep_niceness()
    bench = Bench(options.program, options.workplace, options.mode)
    print(page.HEAD, flush=True)
    results, sweeps = [], []
    for row in GATES + CACHED + (FURTHER if options.mode == "full" else []):
        cells = [bench.cell(row, layer) for layer in row.targets if is_wanted(f"{row.name}, l={layer}", options.only)]
        results += cells
        if row.total and len(cells) == len(row.targets):
            results.append(total(row, cells))
        if row is CACHED[0] and len(cells) == len(row.targets) and options.mode != "quick":
            if experiment.archive():
                sweeps.append(bench.sweep(cells, options.mtl, options.model))
            else:
                print("bench: the sweep is left out: MTL_DATA_DIR names no folder with ldcc-20140209.tar.gz", file=sys.stderr)
    wants_text = options.only in ("", "text")
    text_rows = measure_text(options, bench.mode) if options.corpus and wants_text else []
    wants_prediction = options.only != "text" and is_wanted("BERT-base, 128 tokens, 8 texts, predict", options.only)
    predictions = [bench.predict()] if wants_prediction else []
    versions = bench.versions()
    if options.json:
        options.json.write_text(json.dumps({"results": results + sweeps + predictions + text_rows}, indent=1) + "\n")
    if options.page:
        if MACHINE_PRECISION != "bf16":
            options.page = options.page.with_stem(f"{options.page.stem}-{bench.kernels}")
        options.page.write_text(page.page(results, sweeps, predictions, text_rows, versions, options.mode) + page.text_section(text_rows, options.corpus))
        if options.mode != "quick" and MACHINE_PRECISION == "bf16":
            (options.page.parent / "figures/sweep-time.svg").write_text(figure.figure(results))
    results += sweeps + predictions + text_rows
    apart = [r["name"] for r in results if r["ratio"] is None]
    missed = [r["name"] for r in results if r["ratio"] and r["target"] and r["ratio"] < r["target"]]
    heavy = [r["name"] for r in results if r.get("limit") and r["peak"] > r["limit"]]
    for name in apart:
        print(f"bench: the two sides disagree: {name}", file=sys.stderr)
    for name in missed:
        print(f"bench: below its target: {name}", file=sys.stderr)
    for name in heavy:
        print(f"bench: more memory than its limit: {name}", file=sys.stderr)
    sys.exit(1 if apart or missed or heavy else 0)


if __name__ == "__main__":
    main()

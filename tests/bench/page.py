"""The benchmark's results as lines of a table, and docs/benchmarks.md."""

import platform
from pathlib import Path

import texts
from rows import BATCH, MACHINE_PRECISION

HEAD = """| step | ours, tokens/s | transformers, tokens/s | ratio | least to greatest | target | loss, gradient differ by | layouts | over the weights |
|---|---:|---:|---:|---|---:|---|---|---:|"""

TEXT = """# Benchmarks

One training step of this library beside the usual loop with Hugging Face's transformers, in one run on one machine. Written by
`{command}`. Pages of other machines: [Zen 5](benchmarks.md), [Zen 4](benchmarks-zen4.md), [AVX2 alone](benchmarks-avx2.md).

- Machine: {machine}, {cores} cores; {system}.
- Versions: torch {torch} on both sides, transformers {transformers}; our kernels: {kernels}.
- A step is the forward pass, both losses, the backward pass and Adam, for one batch of
  {batch}. The encoder layers l and 12 and the heads learn; a token head taps layer l, a classifier layer 12. Lengths are those of real Japanese texts (`tests/bench/rows.py`);
  weights and token ids are random; tokens are counted without padding.
- The peer is `tests/bench/peer.py`: BertModel with sdpa, {peer_precision}, frozen parameters without gradient, fused Adam, padding to the
  longest text of the batch. Where a row says "from l up", both sides leave dropout out below layer l, which the peer does with those
  layers in eval mode; elsewhere the whole model is in train mode.
- The sides work in turns. The ratio is that of the two sides' medians, "least to greatest" the spread of the turns' own ratios, near which
  the former lies, if not between them. A ratio stands only where losses and
  gradients without dropout agree on the same weights and batch: {agreement}. A step that waited for a core for more than a tenth of its time is repeated; "waited 30 %" says that even
  the least disturbed one had to, so that the row was measured on a busy machine. That costs the side more that keeps both cores busy.
- "Prefix cached": our side begins with the hidden states of layer l - 1, which a sweep computes once a text (`docs/engine.md`); dropout is
  left out below l on both sides, the peer's layers there in eval mode. "The 12 layers" is the time of a step summed over l = 1 .. 12, by
  linear interpolation between the measured ones.
- "Layouts" are processes x threads, ours and the peer's: for each side the faster of 1 x 2 and 2 x 1, by a few steps of each, or by
  one where that takes 8 s or more. Two processes were tried where twice the memory of one fits into the machine; with 512 tokens and dropout 0.1 the peer takes up to 15 GB.
- "Over the weights" is the peak memory of one of our processes above what it holds before its first step: the weights and, where the
  prefix is cached, the hidden states and what is left of the pass that made them. With nothing kept, e5-small may take 2,048 MiB at 512 tokens in bf16.
- Left out: reading text, evaluation, the start of the processes and, where the prefix is cached, the reading of a batch's hidden states
  from the sweep's file: here they are in memory. A GPU was not to be had; nothing here is measured on one.

"""


PREDICT_HEAD = """| prediction | ours, tokens/s | onnxruntime, tokens/s | ratio | least to greatest | target | logits differ by | layouts |
|---|---:|---:|---:|---|---:|---|---|"""


PREDICT = """
## Prediction

What `mtl predict` does of one batch, for the classifier alone: all layers, no gradients; 8 texts of 128 tokens, two threads. The peer is onnxruntime {onnxruntime} in
float32, with the graph that torch exports of transformers' model, and all optimisations (`tests/bench/predict_peer.py`).

{head}
{lines}
"""


SWEEP = """
## A real sweep

`mtl prepare` and `mtl sweep`, from the raw archive to the last result, by the clock. The loop with transformers would take hours: its time
is what our cells trained and evaluated, divided by its tokens a second as measured above, without preparation or anything between the steps
(`tests/bench/experiment.py`).

| sweep | ours, seconds | transformers, seconds | ratio | target |
|---|---:|---:|---:|---:|
{lines}
"""


def common(result):
    ratio = f"**{result['ratio']:.2f}**" if result["ratio"] else "disagree"
    target = f"≥ {result['target']:g}" if result["target"] else ""
    starved = f" (waited {100 * result['starved']:.0f} %)" if result.get("starved", 0) > 0.10 else ""
    return ratio, target, starved


def total_line(result):
    ratio, target, _ = common(result)
    return f"| {result['name']} | {result['ours']:,.0f} | {result['peer']:,.0f} | {ratio} | | {target} | | | |"


def sweep_line(result):
    ratio, target, _ = common(result)
    return f"| {result['name']} | {result['ours']:,.0f} | {result['peer']:,.0f} | {ratio} | {target} |"


def predict_line(result):
    ratio, target, starved = common(result)
    return (f"| {result['name']} | {result['ours']:,.0f} | {result['peer']:,.0f} | {ratio} | "
            f"{result['low']:.2f} to {result['high']:.2f}{starved} | {target} | {result['logits']:.1e} | {', '.join(result['layouts'])} |")


def line(result):
    if "loss" not in result:
        return total_line(result)
    ratio, target, starved = common(result)
    return (f"| {result['name']} | {result['ours']:,.0f} | {result['peer']:,.0f} | {ratio} | "
            f"{result['low']:.2f} to {result['high']:.2f}{starved} | {target} | {result['loss']:.1e}, {result['gradient']:.1e} | "
            f"{', '.join(result['layouts'])} | {result['peak'] / 2**20:,.0f} MiB |")


def machine():
    """The processor by name, family and model (the name alone is that of several generations), and the number of its cores."""
    said = {}
    for text in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = text.partition(":")
        said.setdefault(key.strip(), []).append(value.strip())
    if "cpu family" not in said:
        return platform.machine(), len(said["processor"])
    return f"{said['model name'][0]} (family {said['cpu family'][0]}, model {said['model'][0]})", len(said["processor"])


AGREEMENT = {"bf16": "the losses to 1 %, each parameter's gradient to 6 % in the 2-norm,\n  both sides being in bf16",
             "fp32": "the losses to 1e-4, each parameter's gradient to 1e-3 in the\n  2-norm"}
PEER_PRECISION = {"bf16": "bf16 autocast", "fp32": "float32 on both sides (this processor multiplies no bf16)"}


def page(results, sweeps, predictions, text_rows, versions, mode):
    name, cores = machine()
    text = TEXT.format(command=" ".join(["scripts/bench"] + [f"--{mode}"] * (mode != "whole") + ["--page"]), machine=name, cores=cores, system=platform.platform(),
                       torch=versions["torch"], transformers=versions["transformers"], kernels=versions.get("kernels", "none"), peer_precision=PEER_PRECISION[MACHINE_PRECISION], agreement=AGREEMENT[MACHINE_PRECISION],
                       batch="4 texts (512 tokens) or 8 (128)" if mode == "quick" else f"{BATCH} texts")
    parts = [("A step with nothing kept", [r for r in results if r.get("gate") and "cached" not in r["name"]]),
             ("A step of a sweep: the hidden states below l are kept", [r for r in results if "cached" in r["name"]]),
             ("Further rows", [r for r in results if not r.get("gate", True)])]
    missed = [f"{r['name']}: {r['ratio']:.2f} of {r['target']:g}" for r in results + sweeps + predictions + text_rows
              if r["ratio"] and r["target"] and r["ratio"] < r["target"]]
    if missed:
        text += ("Below their targets in this run, with the profile of a step in [engine.md](engine.md#where-a-steps-time-goes), "
                 "of text in [preparation.md](preparation.md#measured): " +
                 "; ".join(missed) + ".\n\n")
    text += "\n".join(f"## {title}\n\n{HEAD}\n" + "\n".join(map(line, rows)) + "\n" for title, rows in parts if rows)
    if sweeps:
        text += SWEEP.format(lines="\n".join(map(sweep_line, sweeps)))
    if predictions:
        text += PREDICT.format(onnxruntime=predictions[0]["onnxruntime"], head=PREDICT_HEAD, lines="\n".join(map(predict_line, predictions)))
    return text


TEXT_SECTION = """
## Text

Megabytes of raw text a second ({corpus}), dictionary ipadic on both sides, ids compared and equal. Where both sides have one thread
the clock is the processor's, else the wall's, and a turn that waited for a core for a tenth of its time is repeated. The vocabulary is made of the corpus's own words, characters and ends of words, some
20,000 pieces. "MeCab alone" is MeCab's parse of the same texts, of which nobody reads a word: no tokenizer on MeCab is faster.
The last row is `mtl prepare` with parts of speech as labels: one analysis up to the cut for words and labels, another of each different
span for its pieces, besides reading, normalising, selecting and writing. Where its time goes is in [preparation.md](preparation.md).

{table}
"""


def text_section(rows, corpus):
    if not rows:
        return ""
    what = "the bodies of the livedoor corpus" if corpus[0] == "livedoor" else "Japanese manuals, for the livedoor corpus is not at hand"
    return TEXT_SECTION.format(corpus=what, table=texts.HEAD + "\n" + "\n".join(map(texts.line, rows)))

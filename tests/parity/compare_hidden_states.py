"""Compares `mtl encode` with transformers: compare_hidden_states.py MTL E5_SMALL ROWS [SEED]

MTL is the program, E5_SMALL the folder of that model (left out where there is none), ROWS the JSON file to write. The models are
those of tests/data/parity/make_parity.py with new weights, larger, and of 1 to 12 layers; SEED chooses them.
Ends with 1 where a difference is beyond its tolerance.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
sys.path.insert(0, str(Path(__file__).parent.parent / "data/parity"))

import torch  # noqa: E402
import transformers  # noqa: E402
from safetensors.torch import load_file  # noqa: E402

import make_parity  # noqa: E402

HIDDEN, COSINE, SENTENCE = 2e-5, 1e-6, 1e-5
SENTENCES = Path(__file__).parent.parent / "data/parity/e5-small/sentences.txt"
# What the fixtures do not have: kinds that only a published model would have.
FURTHER = {
    "bert, no padding token": ("BertModel", "BertConfig", make_parity.SIZES | {"pad_token_id": None}),
    "distilbert, sinusoidal positions": ("DistilBertModel", "DistilBertConfig",
                                         make_parity.DISTIL | {"sinusoidal_pos_embds": True}),
    "electra, generator": ("ElectraForMaskedLM", "ElectraConfig", make_parity.SIZES | {"embedding_size": 24}),
    "xlm-roberta, classifier": ("XLMRobertaForSequenceClassification", "XLMRobertaConfig",
                                make_parity.SIZES | {"type_vocab_size": 1}),
}


def enlarged(options, chance):
    """The options of a variant with other sizes: as many heads and layers as chance will have; 1 and 12 stay."""
    heads, width, layers = chance.choice([1, 2, 4]), chance.choice([8, 16]), chance.randint(1, 12)
    layers = options["num_hidden_layers"] if options.get("num_hidden_layers") in (1, 12) else layers
    names = ("dim", "n_heads", "n_layers", "hidden_dim") if "dim" in options else (
        "hidden_size", "num_attention_heads", "num_hidden_layers", "intermediate_size")
    sizes = dict(zip(names, (heads * width, heads, layers, chance.randint(10, 90))))
    if options.get("embedding_size") == options.get("hidden_size"):  # no projection stays none
        sizes |= {"embedding_size": heads * width} if "embedding_size" in options else {}
    return options | sizes | {"vocab_size": 300, "max_position_embeddings": 60 + (options.get("pad_token_id") or 1) + 1,
                              "initializer_range": 0.15}


def encode(program, model, texts, folder):
    """Hidden states [layers + 1][texts, longest, hidden] by the program."""
    ids, out = Path(folder) / "ids.txt", Path(folder) / "out.safetensors"
    ids.write_text("".join(" ".join(map(str, text)) + "\n" for text in texts))
    subprocess.run([program, "encode", "--model", model, "--ids", ids, "--out", out, "--batch", "7"], check=True)
    tensors = load_file(out)
    return [tensors[f"hidden.{k}"] for k in range(len(tensors))]


def reference(encoder, texts):
    """The same by transformers, in one padded batch."""
    pad = encoder.config.pad_token_id or 0
    ids = torch.full((len(texts), max(map(len, texts))), pad)
    mask = torch.zeros_like(ids)
    for i, text in enumerate(texts):
        ids[i, : len(text)] = torch.tensor(text)
        mask[i, : len(text)] = 1
    with torch.no_grad():
        states = encoder(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
    return [state * mask[:, :, None] for state in states], mask.bool()


def measure(variant, got, expected, mask):
    """Two rows: the largest difference as a share of a layer's largest value, and the largest 1 - cosine of a token."""
    if [state.shape for state in got] != [state.shape for state in expected]:
        sys.exit(f"{variant}: shapes differ: {[tuple(s.shape) for s in got]}, {[tuple(s.shape) for s in expected]}")
    if any(state[~mask].count_nonzero() for state in got):
        sys.exit(f"{variant}: not zero behind a text's end")
    difference = max(((a - b).abs().max() / b.abs().max()).item() for a, b in zip(got, expected))
    cosine = min(torch.cosine_similarity(a[mask].double(), b[mask].double(), dim=1).min().item()
                 for a, b in zip(got, expected))
    return [{"variant": variant, "measure": "hidden states", "tolerance": HIDDEN, "measured": difference},
            {"variant": variant, "measure": "1 - cosine of a token", "tolerance": COSINE, "measured": max(0.0, 1 - cosine)}]


def random_model(program, name, description, chance):
    kind, config_kind, options = description
    options = enlarged(options, chance)
    model, encoder = make_parity.make_model(kind, config_kind, options, chance.randrange(2**31))
    texts = [[chance.randrange(300) for _ in range(chance.randint(1, 60))] for _ in range(20)]
    texts[0][0] = encoder.config.pad_token_id or 0
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as place:
        model.save_pretrained(folder)
        got = encode(program, folder, texts, place)
    return measure(name, got, *reference(encoder, texts))


def e5_small(program, folder):
    lines = SENTENCES.read_text()
    tokenized = subprocess.run([program, "tokenize", "--model", folder], input=lines, capture_output=True, text=True, check=True)
    texts = [json.loads(line)["ids"] for line in tokenized.stdout.splitlines()]
    encoder = transformers.AutoModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager").eval()
    with tempfile.TemporaryDirectory() as place:
        got = encode(program, folder, texts, place)
    expected, mask = reference(encoder, texts)
    means = [states[-1].double().sum(1) / mask.sum(1, keepdim=True) for states in (got, expected)]
    cosine = torch.cosine_similarity(*means, dim=1).min().item()
    return measure("e5-small", got, expected, mask) + [
        {"variant": "e5-small", "measure": "1 - cosine of a sentence", "tolerance": SENTENCE, "measured": max(0.0, 1 - cosine)}]


def main():
    program, e5, out = sys.argv[1:4]
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.SystemRandom().randrange(10**6)
    print(f"transformers {transformers.__version__}, torch {torch.__version__}, seed {seed}")
    chance, rows = random.Random(seed), []
    for name, description in (make_parity.VARIANTS | FURTHER).items():
        rows += random_model(program, f"{name}, live", description, chance)
    if (Path(e5) / "config.json").exists():
        rows += [row | {"variant": "e5-small, live"} for row in e5_small(program, e5)]
    else:
        print(f"left out: no model in {e5}; scripts/fetch-model e5-small puts it there")
    failed = [row for row in rows if not row["measured"] <= row["tolerance"]]  # a NaN fails too
    for row in rows:
        print(f"{row['variant']:<40} {row['measure']:<26} {row['measured']:.1e} of {row['tolerance']:.0e}"
              + ("  BEYOND" if row in failed else ""))
    Path(out).write_text(json.dumps(rows, indent=1) + "\n")
    print(f"{len(rows) - len(failed)} of {len(rows)} measures are within their tolerances")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

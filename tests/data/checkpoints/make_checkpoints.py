"""Writes the fixtures of the checkpoint readers' tests, by the programs whose files they read.

python make_checkpoints.py   (made with torch 2.13.0, safetensors 0.8.0 and transformers 4.57.6)

tensors.zip.bin, tensors.legacy.bin  one state dict in both forms of torch.save: every storage type, tied,
                                     transposed, expanded and sliced tensors, one without dimensions, empty
                                     ones, a Parameter, a name in Japanese, with _metadata
tensors.safetensors                  the same tensors, each by itself
no-checksums.zip.bin                 written with torch.serialization.set_crc32_options(False)
bert-zip, bert-legacy                a whole BertForPreTraining, decoder tied, as pytorch_model.bin
bert-shards, bert-bin-shards         the same, split by transformers, with an index
bert                                 the same as model.safetensors; config.json of all of them
../../fuzz/corpus                     small files of each form for the fuzz targets

The keys of a legacy file's storages are addresses: those files differ from run to run.
"""

import io
import pathlib
import shutil
import zipfile
from collections import OrderedDict

import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertForPreTraining

HERE = pathlib.Path(__file__).parent
CORPUS = HERE.parent.parent / "fuzz/corpus"
SHARD = "6KB"


def save_legacy(state, path):
    torch.save(state, path, _use_new_zipfile_serialization=False)


def tensors():
    torch.manual_seed(1)
    base = torch.randn(2, 3, 4)
    state = OrderedDict(
        base=base, tied=base, transposed=base.permute(2, 0, 1), slice=base[1], steps=base[:, :, ::2],
        column=base[:, 1, :], expanded=torch.randn(3).expand(2, 3), offset=torch.arange(5)[2:4],
        scalar=torch.tensor(3.5, dtype=torch.float64), empty=torch.empty(0, 3), empty_end=base[2:],
        parameter=torch.nn.Parameter(torch.randn(2, 2)), half=torch.randn(3).half(), bfloat16=torch.randn(3).bfloat16())
    for kind in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool, torch.complex64):
        state[str(kind)] = torch.tensor([0, 1, 2]).to(kind)
    state["名前"] = torch.ones(1)
    state._metadata = OrderedDict([("", {"version": 1}), ("layer", {"version": 2})])
    return state


def apart(state):
    return {name: value.detach().clone().contiguous() for name, value in state.items()}


def bert():
    torch.manual_seed(2)
    config = BertConfig(vocab_size=20, hidden_size=8, num_hidden_layers=2, num_attention_heads=2,
                        intermediate_size=12, max_position_embeddings=16, initializer_range=0.3)
    return BertForPreTraining(config).eval()


def write_pickle(state, path):
    file = io.BytesIO()
    torch.save(state, file)
    with zipfile.ZipFile(file) as archive:
        path.write_bytes(archive.read("archive/data.pkl"))


def corpus():
    """Small seeds. The zip files have no checksums, so that a changed pickle is still read."""
    for name in ("torch_zip", "zip_directory", "torch_legacy", "unpickler", "safetensors_header"):
        (CORPUS / name).mkdir(parents=True, exist_ok=True)
    base = torch.arange(6.0).reshape(2, 3)
    small = OrderedDict(a=base, b=base, c=base.t(), d=torch.tensor(1), e=torch.nn.Parameter(base[1].half()))
    small._metadata = OrderedDict([("", {"version": 1})])
    torch.serialization.set_crc32_options(False)
    torch.save(small, CORPUS / "torch_zip/small.bin")
    torch.save(OrderedDict(), CORPUS / "torch_zip/empty.bin")
    torch.serialization.set_crc32_options(True)
    torch.save(OrderedDict(a=base), CORPUS / "zip_directory/checksums.bin")
    shutil.copy(CORPUS / "torch_zip/small.bin", CORPUS / "zip_directory/small.bin")
    save_legacy(small, CORPUS / "torch_legacy/small.bin")
    write_pickle(tensors(), CORPUS / "unpickler/tensors.pkl")
    write_pickle(small, CORPUS / "unpickler/small.pkl")
    save_file(apart(small), CORPUS / "safetensors_header/small.safetensors", metadata={"format": "pt"})
    save_file({"x": torch.empty(0, 3)}, CORPUS / "safetensors_header/empty.safetensors")


def main():
    state = tensors()
    torch.save(state, HERE / "tensors.zip.bin")
    save_legacy(state, HERE / "tensors.legacy.bin")
    save_file(apart(state), HERE / "tensors.safetensors", metadata={"format": "pt"})
    torch.serialization.set_crc32_options(False)
    torch.save(OrderedDict(a=torch.arange(3.0)), HERE / "no-checksums.zip.bin")
    torch.serialization.set_crc32_options(True)

    model = bert()
    for name in ("bert", "bert-zip", "bert-legacy", "bert-shards", "bert-bin-shards"):
        shutil.rmtree(HERE / name, ignore_errors=True)
        (HERE / name).mkdir()
    model.save_pretrained(HERE / "bert")
    (HERE / "bert/generation_config.json").unlink(missing_ok=True)
    torch.save(model.state_dict(), HERE / "bert-zip/pytorch_model.bin")
    save_legacy(model.state_dict(), HERE / "bert-legacy/pytorch_model.bin")
    model.save_pretrained(HERE / "bert-shards", max_shard_size=SHARD)
    model.save_pretrained(HERE / "bert-bin-shards", max_shard_size=SHARD, safe_serialization=False)
    for name in ("bert-shards", "bert-bin-shards"):
        for file in ("config.json", "generation_config.json"):
            (HERE / name / file).unlink(missing_ok=True)

    corpus()


main()

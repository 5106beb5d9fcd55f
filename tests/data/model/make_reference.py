"""Writes the fixtures of the encoder's tests: two tiny random BERTs and their hidden states, by Hugging Face.

python make_reference.py   (made with transformers 4.57.6 and torch 2.13.0)

bert-plain       BertModel: names without a prefix, with a pooler
bert-pretraining BertForPreTraining: names with "bert.", with cls.* and a pooler
Each holds config.json, model.safetensors and expected.safetensors: ids and starts of a ragged batch, and
hidden.0 .. hidden.3 for its tokens, every text computed alone; grad.*: gradients of the sum over tokens of
hidden.3 times weights, where weights [tokens, hidden] is in the file too.
"""

import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertForPreTraining, BertModel

HERE = pathlib.Path(__file__).parent
LENGTHS = [5, 1, 12, 9, 12]
KEYS = ["model_type", "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
        "max_position_embeddings", "type_vocab_size", "hidden_act", "layer_norm_eps", "hidden_dropout_prob",
        "attention_probs_dropout_prob", "initializer_range", "pad_token_id", "position_embedding_type"]
GRADIENTS = ["encoder.layer.0.attention.self.key.weight", "encoder.layer.1.output.LayerNorm.weight",
             "embeddings.position_embeddings.weight"]


def make(name, kind, seed):
    torch.manual_seed(seed)
    config = BertConfig(vocab_size=50, hidden_size=24, num_hidden_layers=3, num_attention_heads=3,
                        intermediate_size=40, max_position_embeddings=16, initializer_range=0.3)
    model = kind(config).eval()
    bert = model if kind is BertModel else model.bert
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    state = {key: value.clone().contiguous() for key, value in model.state_dict().items() if "decoder" not in key}
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    known = config.to_dict()
    (folder / "config.json").write_text(json.dumps({key: known[key] for key in KEYS}, indent=2) + "\n")

    ids = [torch.randint(0, 50, (length,)) for length in LENGTHS]
    states = [bert(text[None], output_hidden_states=True).hidden_states for text in ids]
    hidden = [torch.cat([text[layer][0] for text in states]) for layer in range(4)]
    weights = torch.randn_like(hidden[3])
    (hidden[3] * weights).sum().backward()
    parameters = dict(bert.named_parameters())
    starts = torch.tensor([0] + LENGTHS).cumsum(0)
    save_file({"ids": torch.cat(ids), "starts": starts, "weights": weights,
               **{f"hidden.{layer}": value.detach().contiguous() for layer, value in enumerate(hidden)},
               **{f"grad.{key}": parameters[key].grad for key in GRADIENTS}}, folder / "expected.safetensors")


make("bert-plain", BertModel, 1)
make("bert-pretraining", BertForPreTraining, 2)

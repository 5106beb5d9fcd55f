"""Writes the fixtures of tests/model/parity.test.cpp: small random models of every supported kind, made by Hugging Face's
transformers, and what transformers computes with them.

python make_parity.py [MODEL]   (made with transformers 4.57.6, torch 2.13.0 and safetensors 0.8.0 on x86-64; the versions and
hashes of all packages are in scripts/requirements-parity-models.txt)

A folder for each variant: config.json and model.safetensors as save_pretrained() writes them, and expected.safetensors:
  ids [tokens], starts [texts + 1]    a ragged batch; one text holds the padding token in its middle
  target.main, target.pos             a class for each text, a label for each token; -100 for none
  hidden.0 .. hidden.N                [tokens, hidden], of the real tokens of the padded batch that transformers is given
  attention.1 .. attention.N          [heads, n, n] of each text of n tokens, flattened, one text after another
  head.{main,pos}.{weight,bias}       first weights of a classifier on the last layer and of a token head on layer `tap`
  grad.*                              gradients of the multi-task loss with respect to every parameter
  losses [11]                         the loss before each of ten steps of Adam, and after the last
The loss is 1.0 * mean cross entropy of the classes + 0.5 * that of the token labels; rates are in the constants below, tap
in the metadata. Nothing is dropped out.

With MODEL, the folder where scripts/fetch-model has put e5-small, e5-small/embeddings.safetensors is written instead:
embeddings [50, 384], the mean of the last hidden states of every sentence of e5-small/sentences.txt, special tokens included.
"""

import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file
from torch.nn import functional

HERE = pathlib.Path(__file__).parent
LENGTHS = [5, 1, 12, 9, 12]
RATE_BACKBONE, RATE_HEADS, STEPS = 1e-3, 1e-2, 10
LAMBDA = {"main": 1.0, "pos": 0.5}

# name: (model class, configuration, options that differ from SIZES)
SIZES = dict(vocab_size=40, hidden_size=12, num_hidden_layers=3, num_attention_heads=3, intermediate_size=20,
             max_position_embeddings=16, initializer_range=0.3)
DISTIL = dict(vocab_size=40, dim=12, n_layers=3, n_heads=3, hidden_dim=20, max_position_embeddings=16,
              initializer_range=0.3)
VARIANTS = {
    "bert-gelu": ("BertForPreTraining", "BertConfig", SIZES),
    "bert-gelu-new": ("BertModel", "BertConfig", SIZES | dict(hidden_act="gelu_new", num_hidden_layers=2)),
    "bert-gelu-pytorch-tanh": ("BertForMaskedLM", "BertConfig",
                               SIZES | dict(hidden_act="gelu_pytorch_tanh", num_hidden_layers=2)),
    "bert-relu": ("BertForSequenceClassification", "BertConfig", SIZES | dict(hidden_act="relu", num_hidden_layers=2)),
    "bert-eps-heads-types": ("BertModel", "BertConfig",
                             SIZES | dict(layer_norm_eps=1e-2, num_attention_heads=1, type_vocab_size=3)),
    "bert-1-layer": ("BertModel", "BertConfig", SIZES | dict(hidden_size=16, num_attention_heads=4, num_hidden_layers=1)),
    "bert-12-layers": ("BertForTokenClassification", "BertConfig",
                       SIZES | dict(hidden_size=8, num_attention_heads=2, num_hidden_layers=12, intermediate_size=12)),
    "roberta": ("RobertaForMaskedLM", "RobertaConfig",
                SIZES | dict(max_position_embeddings=18, type_vocab_size=1, layer_norm_eps=1e-5)),
    "roberta-padding-3": ("RobertaModel", "RobertaConfig",
                          SIZES | dict(max_position_embeddings=20, pad_token_id=3, num_hidden_layers=2)),
    "xlm-roberta": ("XLMRobertaModel", "XLMRobertaConfig",
                    SIZES | dict(max_position_embeddings=18, type_vocab_size=1, layer_norm_eps=1e-5)),
    "camembert": ("CamembertForSequenceClassification", "CamembertConfig",
                  SIZES | dict(max_position_embeddings=18, type_vocab_size=1, num_hidden_layers=2)),
    "electra": ("ElectraForPreTraining", "ElectraConfig", SIZES | dict(embedding_size=6)),
    "electra-no-projection": ("ElectraModel", "ElectraConfig",
                              SIZES | dict(embedding_size=12, num_hidden_layers=2, hidden_act="gelu_new")),
    "distilbert": ("DistilBertForMaskedLM", "DistilBertConfig", DISTIL),
    "distilbert-relu": ("DistilBertModel", "DistilBertConfig", DISTIL | dict(activation="relu", n_layers=2)),
}


def make_model(kind, config_kind, options, seed):
    """A whole model in evaluation mode whose biases and normalisations are not those of a fresh one, and its encoder."""
    torch.manual_seed(seed)
    config = getattr(transformers, config_kind)(**options)
    model = getattr(transformers, kind)._from_config(config, attn_implementation="eager").eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
    return model, model.base_model


def make_batch(vocabulary, pad):
    """Texts with the padding token in one of them, as lists of tensors, and targets with some labels missing."""
    texts = [torch.randint(0, vocabulary, (length,)) for length in LENGTHS]
    texts[2][4] = pad
    main = torch.randint(0, 4, (len(texts),))
    main[3] = -100
    pos = torch.randint(0, 3, (sum(LENGTHS),))
    starts = torch.tensor([0] + LENGTHS).cumsum(0)
    pos[starts[:-1]] = -100
    return texts, starts, {"main": main, "pos": pos}


def run(encoder, texts, pad):
    """Hidden states of the real tokens, layer by layer, and attention probabilities, of one padded batch."""
    ids = torch.nn.utils.rnn.pad_sequence(texts, batch_first=True, padding_value=pad)
    mask = torch.tensor([[int(i < len(text)) for i in range(ids.shape[1])] for text in texts])
    output = encoder(input_ids=ids, attention_mask=mask, output_hidden_states=True, output_attentions=True)
    hidden = [layer[mask.bool()] for layer in output.hidden_states]
    attention = [torch.cat([layer[i, :, :len(text), :len(text)].reshape(-1) for i, text in enumerate(texts)])
                 for layer in output.attentions]
    return hidden, attention


def loss_of(encoder, heads, texts, starts, targets, tap, pad):
    hidden, _ = run(encoder, texts, pad)
    logits = {"main": heads["main"](hidden[-1][starts[:-1]]), "pos": heads["pos"](hidden[tap])}
    return sum(weight * functional.cross_entropy(logits[name], targets[name]) for name, weight in LAMBDA.items())


def trained_parameters(encoder):
    """All but the pooler's, which the loss does not reach."""
    return {name: value for name, value in encoder.named_parameters() if not name.startswith("pooler.")}


def adam_losses(encoder, heads, *rest):
    optimizer = torch.optim.Adam([{"params": trained_parameters(encoder).values(), "lr": RATE_BACKBONE},
                                  {"params": heads.parameters(), "lr": RATE_HEADS}])
    losses = []
    for _ in range(STEPS):
        loss = loss_of(encoder, heads, *rest)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        return torch.tensor(losses + [loss_of(encoder, heads, *rest).item()], dtype=torch.float64)


def write(name, seed):
    model, encoder = make_model(*VARIANTS[name], seed)
    folder = HERE / name
    model.save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text())
    layers, pad = model.config.num_hidden_layers, model.config.pad_token_id
    texts, starts, targets = make_batch(model.config.vocab_size, pad)
    tap = min(2, layers)
    heads = torch.nn.ModuleDict({"main": torch.nn.Linear(model.config.hidden_size, 4),
                                 "pos": torch.nn.Linear(model.config.hidden_size, 3)})
    with torch.no_grad():
        hidden, attention = run(encoder, texts, pad)
    tensors = {"ids": torch.cat(texts), "starts": starts}
    tensors |= {f"target.{head}": value for head, value in targets.items()}
    tensors |= {f"hidden.{k}": value for k, value in enumerate(hidden)}
    tensors |= {f"attention.{k + 1}": value for k, value in enumerate(attention)}
    tensors |= {f"head.{head}": value.detach().clone() for head, value in heads.named_parameters()}
    loss_of(encoder, heads, texts, starts, targets, tap, pad).backward()
    gradients = {f"grad.{key}": value.grad.clone() for key, value in trained_parameters(encoder).items()}
    gradients |= {f"grad.head.{key}": value.grad.clone() for key, value in heads.named_parameters()}
    encoder.zero_grad()
    heads.zero_grad()
    tensors |= gradients | {"losses": adam_losses(encoder, heads, texts, starts, targets, tap, pad)}
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "expected.safetensors",
              metadata={"tap": str(tap), "made with": f"transformers {transformers.__version__}, torch {torch.__version__}"})
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{name}: {config['model_type']}, {layers} layers, {size / 1000:.0f} kB, losses "
          f"{tensors['losses'][0]:.4f} .. {tensors['losses'][-1]:.4f}")


def write_embeddings(folder):
    """The sentences one by one, by the folder's own tokenizer; needs sentencepiece too."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, use_fast=False)
    model = transformers.AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()
    sentences = (HERE / "e5-small/sentences.txt").read_text().splitlines()
    with torch.no_grad():
        means = [model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].mean(0) for text in sentences]
    save_file({"embeddings": torch.stack(means)}, HERE / "e5-small/embeddings.safetensors",
              metadata={"made with": f"transformers {transformers.__version__}, torch {torch.__version__}"})
    print(f"e5-small: {len(means)} embeddings")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        sys.exit(write_embeddings(sys.argv[1]))
    for number, variant in enumerate(VARIANTS):
        write(variant, seed=100 + number)

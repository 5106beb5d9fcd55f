"""Promises about the tree, checked: tree.py CHECK ROOT, CHECK being the name of a function below.

A check returns the list of what breaks its promise, one line each; none is a pass.
"""

import json
import re
import statistics
import subprocess
import sys
from pathlib import Path

HEADER_LINES, MEDIAN_LINES, FUNCTION_LINES = 300, 120, 50
VAGUE_NAMES = {"utils", "util", "misc", "manager", "helper", "helpers", "common"}
DOOR = "mtl/detail/torch.hpp"
# XXH_INLINE_ALL is xxHash's own switch, and has to stand before its include.
ALLOWED_MACROS = {"version.hpp": None, "store/digest.hpp": {"XXH_INLINE_ALL"}}


def public_headers(root):
    return sorted((root / "include/mtl").rglob("*.hpp"))


def name_of(root, header):
    return header.relative_to(root / "include").as_posix()


def project_files(root):
    """Every file that is part of the project: what git tracks, and what it would."""
    command = ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=False)
    if listed.returncode == 0:
        found = [root / name for name in listed.stdout.decode().split("\0") if name]
    else:  # an unpacked archive has no git
        found = [path for path in root.rglob("*") if "build" not in path.relative_to(root).parts[0]]
    return sorted(path for path in found if path.is_file())


def headers(root):
    """Short headers with an opening comment, #pragma once and no macros."""
    broken, lengths = [], []
    for header in public_headers(root):
        name, text = name_of(root, header), header.read_text()
        lines = text.splitlines()
        lengths.append(len(lines))
        if len(lines) > HEADER_LINES:
            broken.append(f"{name}: {len(lines)} lines; the budget is {HEADER_LINES}")
        if not lines[0].startswith("// "):
            broken.append(f"{name}: its first line does not say what it is for")
        if "#pragma once" not in lines:
            broken.append(f"{name}: no #pragma once")
        allowed = ALLOWED_MACROS.get(name.removeprefix("mtl/"), set())
        for macro in re.findall(r"^\s*#\s*define\s+(\w+)", text, re.M):
            if allowed is not None and macro not in allowed:
                broken.append(f"{name}: defines the macro {macro}")
    median = statistics.median(lengths)
    print(f"{len(lengths)} headers, median {median:g} lines, longest {max(lengths)}")
    if median > MEDIAN_LINES:
        broken.append(f"the median header has {median:g} lines; the budget is {MEDIAN_LINES}")
    return broken


def functions(root):
    """No function of the library or the programs is long."""
    files = public_headers(root) + sorted((root / "examples").rglob("*.[ch]pp"))
    command = ["ctags", "--output-format=json", "--languages=C++", "--kinds-C++=f", "--fields=+ne", "-L", "-"]
    tags = subprocess.run(command, input="\n".join(map(str, files)), capture_output=True, text=True, check=True).stdout
    lengths, broken = [], []
    for tag in map(json.loads, tags.splitlines()):
        if "end" not in tag:
            continue
        length = tag["end"] - tag["line"] + 1
        lengths.append(length)
        if length > FUNCTION_LINES:
            broken.append(f"{tag['path']}:{tag['line']}: {tag['name']} has {length} lines; the budget is {FUNCTION_LINES}")
    if not lengths:
        return ["ctags found no function: it must be universal-ctags"]
    print(f"{len(lengths)} functions, median {statistics.median(lengths):g} lines, longest {max(lengths)}")
    return broken


def level(name, text):
    """0 stats, 1 core, 2 encoder: the rule of cmake/mtlHeaders.cmake."""
    if f"#include <{DOOR}>" in text.splitlines() or name in (DOOR, "mtl/bert.hpp"):
        return 2
    if re.fullmatch(r"mtl/(version\.hpp|stats\.hpp|stats/.*|detail/(error|random)\.hpp)", name):
        return 0
    return 1


def layers(root):
    """A header includes none of a higher target, and one that uses libtorch goes through its door, first."""
    texts = {name_of(root, header): header.read_text() for header in public_headers(root)}
    levels = {name: level(name, text) for name, text in texts.items()}
    names, broken = ("stats", "core", "encoder"), []
    for name, text in texts.items():
        included = re.findall(r"^#include [<\"]([^>\"]+)[>\"]", text, re.M)
        for other in included:
            if other.startswith("mtl/") and other not in levels:
                broken.append(f"{name}: includes {other}, which does not exist")
            elif levels.get(other, 0) > levels[name]:
                broken.append(f"{name} ({names[levels[name]]}): includes {other} ({names[levels[other]]})")
            elif re.match(r"(torch|ATen|c10)/", other) and levels[name] < 2:
                broken.append(f"{name}: includes {other} and not {DOOR}")
        if DOOR in included and included[0] != DOOR:
            broken.append(f"{name}: {DOOR} is not its first include")
        if any(word in text for word in ("<mecab.h>", "<sentencepiece_processor.h>", "<unicode/")) and levels[name] == 0:
            broken.append(f"{name} (stats): includes a library of core's")
    return broken


def names(root):
    """File names say what is inside."""
    broken = []
    for path in project_files(root):
        for part in path.relative_to(root).parts:
            if set(re.split(r"[._-]", part.lower())) & VAGUE_NAMES:
                broken.append(f"{path.relative_to(root)}: a vague name")
    return broken


def words(root):
    """Nothing unfinished, and no path of one machine."""
    unfinished = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    outside = re.compile(r"\.\./sha" + r"red|/work/(sha" + r"red|main)|/ro" + r"ot/")
    broken = []
    for path in project_files(root):
        name = path.relative_to(root).as_posix()
        try:
            lines = path.read_text().splitlines()
        except UnicodeDecodeError:
            continue  # a binary fixture
        for number, line in enumerate(lines, 1):
            if unfinished.search(line) or (outside.search(line) and name != ".ci/run"):
                broken.append(f"{name}:{number}: {line.strip()[:100]}")
    return broken


def version(root):
    """version.hpp, CITATION.cff and CHANGELOG.md name one version."""
    header = (root / "include/mtl/version.hpp").read_text()
    whole = re.search(r'#define MTL_VERSION "([\d.]+)"', header).group(1)
    numbers = ".".join(re.search(rf"#define MTL_VERSION_{part} (\d+)", header).group(1) for part in ("MAJOR", "MINOR", "PATCH"))
    citation = re.search(r"^version: ([\d.]+)$", (root / "CITATION.cff").read_text(), re.M).group(1)
    broken = [f"{where} says {said}, MTL_VERSION {whole}" for where, said in
              (("MTL_VERSION_MAJOR, MINOR, PATCH", numbers), ("CITATION.cff", citation)) if said != whole]
    if f"## [{whole}]" not in (root / "CHANGELOG.md").read_text():
        broken.append(f"CHANGELOG.md has no section for {whole}")
    return broken


CHECKS = {check.__name__: check for check in (headers, functions, layers, names, words, version)}

if __name__ == "__main__":
    found = CHECKS[sys.argv[1]](Path(sys.argv[2]).resolve())
    print("\n".join(found) if found else f"{sys.argv[1]}: kept")
    sys.exit(1 if found else 0)

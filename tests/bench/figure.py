"""Where a sweep's training time goes, before and after: figure.py RESULTS.json FIGURE.svg

RESULTS is what scripts/bench --json wrote. For each layer l: microseconds a token of a step of the usual loop, of our step with nothing
kept, and of our step with the hidden states below l kept; of ours, what is saved is the frozen layers below l. Layers that were not
measured are interpolated, as in the table, and drawn lighter. The usual loop's bars are cut where they leave the picture.
"""

import json
import sys

import numpy as np

LAYERS, WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 12, 860, 380, 64, 44, 62
KEPT, BELOW, PEER = "#1f5a8a", "#9cc3e0", "#b5b5b5"


def microseconds(results, row, side):
    measured = {int(r["name"].rsplit("=", 1)[1]): 1e6 / r[side] for r in results if r["name"].startswith(row + ", l=")}
    layers = sorted(measured)
    return np.interp(range(1, LAYERS + 1), layers, [measured[l] for l in layers]), layers


def bar(x, y, width, height, colour, faint, title):
    opacity = 0.55 if faint else 1
    return (f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{max(height, 0):.1f}" fill="{colour}" opacity="{opacity}">'
            f'<title>{title}</title></rect>')


def figure(results):
    row = "e5-small, 512 tokens, dropout 0.1"
    whole, measured = microseconds(results, row, "ours")
    kept, _ = microseconds(results, row + ", prefix cached", "ours")
    peer, _ = microseconds(results, row + ", prefix cached", "peer")
    top = 1.15 * whole.max()
    scale, base = (HEIGHT - BOTTOM - TOP) / top, HEIGHT - BOTTOM
    parts = []
    for tick in range(0, int(top) + 1, 100):
        y = base - tick * scale
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
                     f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick}</text>')
    step = (WIDTH - 10 - LEFT) / LAYERS
    for i in range(LAYERS):
        x, faint = LEFT + i * step + 8, i + 1 not in measured
        wide = (step - 16) / 3
        parts.append(bar(x, base - min(peer[i], top) * scale, wide - 2, min(peer[i], top) * scale, PEER, faint,
                         f"l = {i + 1}: transformers {peer[i]:.0f}"))
        if peer[i] > top:
            parts.append(f'<text x="{x + wide / 2 - 1:.1f}" y="{TOP - 4}" text-anchor="middle" font-size="10">{peer[i]:,.0f}</text>')
        above = min(kept[i], whole[i])
        parts.append(bar(x + wide, base - above * scale, wide - 2, above * scale, KEPT, faint, f"l = {i + 1}: from l up {above:.0f}"))
        parts.append(bar(x + wide, base - whole[i] * scale, wide - 2, (whole[i] - above) * scale, BELOW, faint,
                         f"l = {i + 1}: layers below l {whole[i] - above:.0f}"))
        parts.append(bar(x + 2 * wide, base - kept[i] * scale, wide - 2, kept[i] * scale, KEPT, faint, f"l = {i + 1}: kept {kept[i]:.0f}"))
        parts.append(f'<text x="{x + 1.5 * wide:.1f}" y="{base + 16}" text-anchor="middle">{i + 1}</text>')
    legend = ((PEER, "the usual loop, layers below l in eval mode"), (BELOW, "ours: layers below l, again at every step"),
              (KEPT, "ours: from l up (left: nothing kept; right: hidden states kept)"))
    for i, (colour, words) in enumerate(legend):
        x, y = LEFT + (0, 360, 0)[i], (8, 8, 26)[i]
        parts.append(f'<rect x="{x}" y="{y}" width="11" height="11" fill="{colour}"/><text x="{x + 16}" y="{y + 10}">{words}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">layer l of the auxiliary head</text>')
    parts.append(f'<text transform="translate(16 {(TOP + base) / 2:.0f}) rotate(-90)" text-anchor="middle">microseconds a token</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12" role="img">'
            f'<title>Time of a training step by layer, before and after</title><rect width="100%" height="100%" fill="#fff"/>\n' +
            "\n".join(parts) + "\n</svg>\n")


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file, open(sys.argv[2], "w", encoding="utf-8") as out:
        out.write(figure(json.load(file)["results"]))

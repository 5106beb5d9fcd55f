// What the page of attention pictures does on demand, as JavaScript. Without it the paper's pictures and
// every number are still there.
#pragma once

#include <string_view>

namespace mtl::html {

/// Redraws all strips for the chosen method, layer, head, unit and scale; moves over pieces by keyboard and
/// pointer, and says their numbers. Texts are never made from data: only classes and numbers change. The
/// script holds neither `<` nor `&`: the page is XML too.
inline constexpr std::string_view attention_script = R"js(
"use strict";
(function () {
  const bar = document.getElementById("bar");
  if (!bar) return;
  const control = function (name) { return document.getElementById("choose-" + name); };
  const cases = Array.from(document.querySelectorAll(".case"), function (part) {
    const data = JSON.parse(part.querySelector("script").textContent);
    for (const arm of [0, 1]) {
      const bytes = Uint8Array.from(atob(data.rows[arm]), function (c) { return c.charCodeAt(0); });
      data.rows[arm] = new Float32Array(bytes.buffer);
    }
    const strips = Array.from(part.querySelectorAll(".strip"));
    return { part: part, data: data, strips: strips, pieces: strips.map(function (s) { return Array.from(s.querySelectorAll(".p")); }),
      at: 0, told: false, shown: [[], [], []], readout: part.querySelector(".readout") };
  });

  function show(value) {
    if (value === 0) return "0";
    const size = Math.abs(value);
    const text = size >= 0.001 ? value.toPrecision(size >= 1 ? 4 : 3) : value.toExponential(2);
    return text.replace(/-/g, "\u2212");
  }
  function tokenScores(one, arm) {
    const method = control("method").value;
    if (method !== "attention") return one.data.methods[method].scores[arm];
    const n = one.data.tokens, heads = one.data.heads, layer = Number(control("layer").value) - 1;
    const chosen = control("head").value, rows = one.data.rows[arm];
    const row = function (h) { return rows.subarray((layer * heads + h) * n, (layer * heads + h + 1) * n); };
    if (chosen !== "mean") return row(Number(chosen) - 1);
    const mean = new Array(n).fill(0);
    for (const h of Array(heads).keys()) row(h).forEach(function (v, t) { mean[t] += v / heads; });
    return mean;
  }
  function pieceScores(one, arm) {
    const scores = tokenScores(one, arm);
    const own = one.data.pieces.map(function (token) { return scores[token]; });
    const unit = control("unit").value;
    if (unit === "pieces") return own;
    const sum = [], count = [];
    one.data.words.forEach(function (w, i) { sum[w] = (sum[w] || 0) + own[i]; count[w] = (count[w] || 0) + 1; });
    return one.data.words.map(function (w) { return unit === "words-mean" ? sum[w] / count[w] : sum[w]; });
  }
  function largest(values) { return values.reduce(function (most, v) { return Math.max(most, Math.abs(v)); }, 0); }
  function fullOf(one, arm, scores) {
    const scale = one.data.scale;
    return scale === "shown" ? largest(scores) : scale === "all" ? largest(Array.from(tokenScores(one, arm))) : Number(scale);
  }
  function level(value, full) { return full > 0 ? Math.round(255 * Math.max(-1, Math.min(1, value / full))) : 0; }
  function colour(value) { return value >= 0 ? "r" + value : "b" + -value; }
  function paint(one, s, scores, full, diverging) {
    one.shown[s] = scores;
    one.pieces[s].forEach(function (piece, i) {
      const l = level(scores[i], full);
      const sign = diverging ? (l >= 32 ? " plus" : -l >= 32 ? " minus" : "") : "";
      const kept = Array.from(piece.classList).filter(function (c) { return c === "p" || c === "w" || c === "at"; });
      piece.className = kept.join(" ") + " " + colour(l) + sign;
      piece.querySelector(".v").textContent = show(scores[i]);
    });
    const scale = one.part.querySelectorAll(".scale")[s];
    const ends = scale.querySelectorAll("b");
    ends[0].textContent = diverging ? show(-full) : "0";
    ends[1].textContent = show(full);
    scale.querySelectorAll("i").forEach(function (step, k) { step.className = colour(level(diverging ? k / 8 - 1 : k / 16, 1)); });
  }
  function caption(one) {
    const method = control("method");
    const name = method.options[method.selectedIndex].text;
    if (method.value !== "attention") return name;
    const head = control("head").value;
    return name + ", layer " + control("layer").value + ", " + (head === "mean" ? "mean over " + one.data.heads + " heads" : "head " + head) + ", " + one.data.row;
  }
  function say(one) {
    const i = one.at, piece = one.pieces[0][i];
    if (!piece) return;
    const word = piece.querySelector("bdi").textContent;
    const kind = one.data.kinds[i];
    one.readout.textContent = word + " (piece " + (i + 1) + " of " + one.pieces[0].length + ", " + (kind ? kind : "no span") + "): " + caption(one) + ": " +
      one.data.arms[0] + " " + show(one.shown[0][i]) + ", " + one.data.arms[1] + " " + show(one.shown[1][i]) + ", difference " + show(one.shown[2][i]);
  }
  function draw(one) {
    const method = control("method").value;
    const signed = method === "attention" ? false : one.data.methods[method].signed;
    const scores = [pieceScores(one, 0), pieceScores(one, 1)];
    const full = [0, 1].map(function (arm) { return fullOf(one, arm, scores[arm]); });
    const common = Math.max(full[0], full[1]);
    for (const arm of [0, 1]) paint(one, arm, scores[arm], control("common").checked ? common : full[arm], signed);
    const difference = scores[1].map(function (v, i) { return v - scores[0][i]; });
    paint(one, 2, difference, largest(difference), true);
    one.part.querySelector(".what").textContent = caption(one);
    one.part.classList.toggle("numbers", control("numbers").checked);
    one.part.classList.toggle("nospans", !control("spans").checked);
    if (one.told) say(one);
  }
  function drawAll() {
    const attention = control("method").value === "attention";
    control("layer").disabled = !attention;
    control("head").disabled = !attention;
    cases.forEach(draw);
  }
  function move(one, i) {
    for (const pieces of one.pieces) {
      if (pieces[one.at]) { pieces[one.at].classList.remove("at"); pieces[one.at].setAttribute("aria-selected", "false"); }
      if (pieces[i]) { pieces[i].classList.add("at"); pieces[i].setAttribute("aria-selected", "true"); }
    }
    one.at = i;
    one.told = true;
    one.strips.forEach(function (strip, s) { if (one.pieces[s][i]) strip.setAttribute("aria-activedescendant", one.pieces[s][i].id); });
    say(one);
  }
  cases.forEach(function (one, c) {
    one.strips.forEach(function (strip, s) {
      strip.setAttribute("role", "listbox");
      strip.tabIndex = 0;
      one.pieces[s].forEach(function (piece, i) {
        piece.id = "c" + c + "s" + s + "p" + i;
        piece.setAttribute("role", "option");
        piece.setAttribute("aria-selected", "false");
        piece.addEventListener("pointerenter", function () { move(one, i); });
      });
      strip.addEventListener("focus", function () { move(one, one.at); });
      strip.addEventListener("keydown", function (event) {
        const last = one.pieces[s].length - 1;
        const to = { ArrowRight: Math.min(last, one.at + 1), ArrowLeft: Math.max(0, one.at - 1), Home: 0, End: last }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        move(one, to);
      });
    });
  });
  for (const input of bar.querySelectorAll("select, input")) input.addEventListener("change", drawAll);
  bar.hidden = false;
  for (const hint of document.querySelectorAll(".hint")) hint.hidden = false;
  drawAll();
})();
)js";

}  // namespace mtl::html

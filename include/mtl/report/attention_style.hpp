// The look of the page of attention pictures, as CSS: the report's style and 256 reds and blues as classes.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include <mtl/attribution/colour_scale.hpp>
#include <mtl/report/style_sheet.hpp>

namespace mtl::html {

/// A case is laid out when it comes into view: a page of hundreds opens as fast as one of a few.
/// Classes: p a piece, w the last piece of a word, k a span of some kind, s a scale, at the piece that the
/// keyboard or the pointer is on.
inline constexpr std::string_view strip_style = R"css(
.bar { position: sticky; top: 0; z-index: 1; background: #fff; border-bottom: 1px solid var(--edge); padding: .5rem 0; display: flex; flex-wrap: wrap; gap: .4rem 1.1rem; align-items: center; }
.bar label { font-size: .9rem; display: inline-flex; gap: .35rem; align-items: center; }
select { font: inherit; font-size: .9rem; padding: .2rem .4rem; border: 1px solid var(--edge); border-radius: .35rem; background: #fff; color: var(--ink); max-width: 16rem; }
select:focus-visible, .strip:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
@media (max-width: 50rem), (max-height: 30rem) { .bar { position: static; } }
.case { scroll-margin-top: 6rem; border-top: 1px solid var(--line); margin: 1.5rem -.5rem 0; padding: .25rem .5rem 0; content-visibility: auto; contain-intrinsic-size: auto 40rem; }
main > section { scroll-margin-top: 5.5rem; }
.strip { line-height: 2.35; margin: .15rem 0 .5rem; overflow-wrap: anywhere; color: #000; max-width: none; }
.p { display: inline-block; line-height: 1.35; padding: .08rem .2rem; position: relative; vertical-align: top; margin-top: .35rem; max-width: 100%; }
.w { margin-right: .2rem; }
.k { border-bottom: 0; }
.k .p::after { content: ""; display: block; height: 0; margin: .1rem -.2rem 0; border-bottom: 2px solid #000; }
.k1 .p::after { border-bottom-style: dashed; }
.k2 .p::after { border-bottom-style: dotted; border-bottom-width: 3px; }
.k3 .p::after { border-bottom-style: double; border-bottom-width: 4px; }
.nospans .k .p::after { display: none; }
.plus::before, .minus::before { font-size: .68rem; position: absolute; left: .02rem; top: -.1rem; line-height: 1; font-weight: 700; }
.plus::before { content: "+"; }
.minus::before { content: "\2212"; }
.numbers .p { text-align: center; }
.v { display: none; font-size: .66rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.numbers .v { display: block; }
.at { outline: 3px solid #0b4f94; outline-offset: 1px; z-index: 1; }
.scale { display: inline-flex; align-items: center; gap: .35rem; font-size: .85rem; font-variant-numeric: tabular-nums; }
.scale i { display: inline-block; width: .5rem; height: .7rem; }
.scale span { display: inline-flex; border: 1px solid var(--edge); }
.head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .2rem 1rem; margin: .6rem 0 0; max-width: none; }
.readout { min-height: 1.6rem; font-size: .95rem; max-width: none; background: var(--panel); border: 1px solid var(--line); border-radius: .35rem; padding: .25rem .7rem; }
.line { display: inline-block; width: 2.2rem; border-bottom: 2px solid #000; vertical-align: middle; margin-right: .35rem; }
.line.k1 { border-bottom-style: dashed; }
.line.k2 { border-bottom-style: dotted; border-bottom-width: 3px; }
.line.k3 { border-bottom-style: double; border-bottom-width: 4px; }
.keys { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; padding: 0; font-size: .9rem; }
@media print { .bar { position: static; } .p, .scale i { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
)css";

/// The whole style: .r0 to .r255 and .b1 to .b255 are the levels of colour_of().
inline std::string attention_style() {
  std::string style = std::string(style_sheet) + std::string(strip_style);
  for (int level = 0; level < colour_levels; ++level)
    style += fmt::format(".r{}{{background:{}}}\n", level, colour_of(level));
  for (int level = 1; level < colour_levels; ++level)
    style += fmt::format(".b{}{{background:{}}}\n", level, colour_of(-level));
  return style;
}

}  // namespace mtl::html

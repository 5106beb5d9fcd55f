// The look of the report's pages, as CSS. Text has a contrast of at least 7:1, lines and outlines at least
// 3:1.
#pragma once

#include <string_view>

namespace mtl::html {

/// One style for every page of a report. No address, no font file, no animation; classes h0 to h10 are the
/// shades of a matrix.
inline constexpr std::string_view style_sheet = R"css(
:root { color-scheme: light; --ink: #1c2128; --soft: #434b55; --line: #dfe3e8; --edge: #6a737d; --link: #0b4f94; --panel: #f6f7f9; }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: #fff; color: var(--ink); font: 16px/1.6 system-ui, "Noto Sans JP", "Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic", IPAGothic, sans-serif; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; background: #fff; padding: .5rem 1rem; z-index: 2; }
header, main, footer { max-width: 70rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2.5rem; }
footer { margin-top: 3rem; padding-top: 1rem; padding-bottom: 3rem; color: var(--soft); font-size: .9rem; border-top: 1px solid var(--line); }
h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -.01em; margin: 0 0 .35rem; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 3rem 0 .75rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
p { margin: .7rem 0; max-width: 44rem; }
.verdict { font-size: 1.1rem; font-weight: 500; max-width: 48rem; }
.lead { color: var(--soft); margin-top: 0; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; padding: 0; margin: 1.25rem 0 0; font-size: .95rem; }
a { color: var(--link); text-underline-offset: .15em; }
.note { border: 1px solid #7a5300; border-left-width: .5rem; background: #fff9e8; padding: .6rem 1rem; margin: 1.25rem 0; border-radius: .3rem; max-width: 50rem; }
.note ul { margin: .25rem 0; padding-left: 1.25rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1rem; margin: 1.5rem 0; padding: 0; }
.tiles div { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; }
.tiles dt { color: var(--soft); font-size: .9rem; }
.tiles dd { margin: .1rem 0 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.tiles dd.more { font-size: .9rem; font-weight: 400; color: var(--soft); }
.wide { overflow-x: auto; margin: .9rem 0; padding-bottom: .2rem; }
.wide:focus-visible, summary:focus-visible, a:focus-visible, button:focus-visible, input:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; line-height: 1.45; }
caption { text-align: left; white-space: nowrap; font-weight: 600; padding-bottom: .4rem; }
th, td { padding: .3rem .65rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
thead th { border-bottom: 2px solid var(--edge); vertical-align: bottom; font-weight: 600; }
thead th[colspan] { text-align: center; border-bottom: 1px solid var(--edge); }
tbody th { font-weight: 600; }
.prose th, .prose td { text-align: left; white-space: normal; overflow-wrap: anywhere; vertical-align: top; }
.prose tbody th { font-weight: 500; min-width: 11rem; }
.matrix td { text-align: center; min-width: 1.7rem; border: 1px solid #fff; }
.matrix td.right { font-weight: 700; outline: 1px solid var(--edge); outline-offset: -2px; }
.matrix thead th { text-align: center; }
.h0 { background: #fff; } .h1 { background: #f5f8ff; } .h2 { background: #ecf2ff; } .h3 { background: #e2ecff; }
.h4 { background: #d9e6ff; } .h5 { background: #cfe0ff; } .h6 { background: #c6daff; } .h7 { background: #bcd4ff; }
.h8 { background: #b3ceff; } .h9 { background: #a9c8ff; } .h10 { background: #a0c2ff; }
.side { display: flex; flex-wrap: wrap; column-gap: 2.5rem; }
.side .wide { max-width: 100%; }
figure { margin: 1rem 0; }
figure svg, .grid svg { max-width: 100%; height: auto; display: block; }
figcaption { color: var(--soft); font-size: .9rem; max-width: 46rem; margin-top: .35rem; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); gap: 1rem; }
details { margin: .6rem 0; border-left: 3px solid var(--line); padding-left: .9rem; }
details[open] { border-left-color: var(--edge); }
summary { cursor: pointer; color: var(--link); padding: .15rem 0; }
.tools { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; margin: .9rem 0; }
button, input { font: inherit; font-size: .9rem; padding: .3rem .75rem; border: 1px solid var(--edge); border-radius: .35rem; background: #fff; color: var(--ink); }
button { cursor: pointer; }
button:hover { background: var(--panel); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--panel); border: 1px solid var(--line); border-radius: .35rem; padding: .75rem 1rem; font-size: .9rem; max-width: 50rem; }
.text { max-width: 46rem; overflow-wrap: anywhere; white-space: pre-wrap; }
[hidden] { display: none; }
@media print { nav, .tools, .skip { display: none; } h2 { break-after: avoid; } details { border: 0; } }
)css";

}  // namespace mtl::html

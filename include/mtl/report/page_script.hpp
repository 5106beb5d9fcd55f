// What the report's pages do on demand, as JavaScript. Without it every word and number is still there.
#pragma once

#include <string_view>

namespace mtl::html {

/// Opens and closes all parts, filters the rows of a table by a typed word, copies a table as tab-separated
/// text. Texts reach the page by textContent alone. The script holds neither `<` nor `&`: the page is XML
/// too.
inline constexpr std::string_view page_script = R"js(
"use strict";
(function () {
  const status = document.getElementById("status");
  function say(words) { if (status) status.textContent = words; }
  function button(words, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    made.addEventListener("click", act);
    return made;
  }
  function cells(row) { return Array.from(row.cells, function (cell) { return cell.textContent.trim(); }).join("\t"); }
  function copy(table, name) {
    const rows = Array.from(table.rows).filter(function (row) { return !row.hidden; });
    navigator.clipboard.writeText(rows.map(cells).join("\n") + "\n").then(
      function () { say("Copied: " + name); },
      function () { say("The browser did not allow copying. Select the table instead."); });
  }
  for (const region of document.querySelectorAll(".wide")) {
    const table = region.querySelector("table");
    if (!table || !table.caption) continue;
    const name = table.caption.textContent;
    const bar = document.createElement("div");
    bar.className = "tools";
    const made = button("Copy table", function () { copy(table, name); });
    made.setAttribute("aria-label", "Copy table: " + name);
    bar.append(made);
    region.after(bar);
  }
  for (const box of document.querySelectorAll("input[data-filters]")) {
    const table = document.getElementById(box.dataset.filters);
    box.closest(".tools").hidden = false;
    box.addEventListener("input", function () {
      const wanted = box.value.trim().toLowerCase();
      let shown = 0;
      for (const row of table.tBodies[0].rows) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
        if (!row.hidden) shown += 1;
      }
      say(shown + " of " + table.tBodies[0].rows.length + " rows shown");
    });
  }
  const parts = document.querySelectorAll("details");
  const everything = document.getElementById("everything");
  function open(all) { return function () { for (const part of parts) part.open = all; say(all ? "All parts are open" : "All parts are closed"); }; }
  if (everything) {
    everything.append(button("Open all parts", open(true)), button("Close all parts", open(false)));
    everything.hidden = false;
  }
  function reveal() {
    const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
  }
  window.addEventListener("hashchange", reveal);
  reveal();
})();
)js";

}  // namespace mtl::html

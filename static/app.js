/* Comfort only: every page works without this file. */
"use strict";

document.documentElement.classList.add("js");

/* Copy what a data-copy button points at. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(source);
    button.textContent = "Press Ctrl+C";
  }
});

/* The bar over a selection: the count, the words on the button, and whether it shows. */
const PICK = "tbody input[name=order]";

function showSelection() {
  const bar = document.querySelector("[data-selection]");
  if (!bar) return;
  const boxes = [...document.querySelectorAll(PICK)];
  const count = boxes.filter((box) => box.checked).length;
  bar.hidden = count === 0;
  const noun = count === 1 ? "order" : "orders";
  bar.querySelector("[data-count]").textContent = `${count} ${noun} selected`;
  bar.querySelector("[data-sync]").textContent = `Sync ${count} ${noun} to Xero`;
  const all = document.querySelector("[data-pick-all]");
  if (all) {
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick-all]")) {
    for (const box of document.querySelectorAll(PICK)) box.checked = event.target.checked;
  }
  if (event.target.matches(`${PICK}, [data-pick-all]`)) showSelection();
  if (event.target.matches("[data-go]")) event.target.form.requestSubmit();
});

/* Shift-click selects a range. */
let lastPicked = null;
document.addEventListener("click", (event) => {
  const box = event.target.closest(PICK);
  if (!box) return;
  const boxes = [...document.querySelectorAll(PICK)];
  if (event.shiftKey && lastPicked && boxes.includes(lastPicked)) {
    const [from, to] = [boxes.indexOf(lastPicked), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
    showSelection();
  }
  lastPicked = box;
});

/* "/" goes to the search, Escape closes an open menu. */
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) menu.open = false;
  }
});

/* A form that was sent is not sent twice. */
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && event.target.method === "post") {
    setTimeout(() => { button.disabled = true; });
  }
});

window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[method=post] button:disabled, button[form]:disabled")) {
    button.disabled = false;
  }
  showSelection();
});
document.addEventListener("htmx:afterSettle", showSelection);
showSelection();

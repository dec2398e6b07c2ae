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
    button.textContent = button.dataset.done;
  } catch {
    getSelection().selectAllChildren(source);
    button.textContent = button.dataset.failed;
  }
});

/* The bar over a selection: the count, the words on the buttons, and whether it shows. */
const PICK = "td.pick input[type=checkbox]";

function countWords(element, count) {
  const words = count === 1 ? element.dataset.one : element.dataset.many;
  if (words) element.textContent = words.replace("{count}", count);
}

function showSelection() {
  const bar = document.querySelector("[data-selection]");
  if (!bar) return;
  const boxes = [...document.querySelectorAll(PICK)];
  const count = boxes.filter((box) => box.checked).length;
  bar.hidden = count === 0;
  for (const element of bar.querySelectorAll("[data-many]")) countWords(element, count);
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

/* Pickers: a combobox over a select's options, or over the list that a text field names.
   https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ */

/* What can be picked: {text, group, barred, take}. What is barred is seen, and says why. */
function offeredBy(source) {
  const options = [...source.querySelectorAll("option")];
  return options.map((option) => ({
    text: source.matches("select") || !option.value ? option.text : `${option.value} · ${option.text}`,
    group: option.parentElement.matches("optgroup") ? option.parentElement.label : "",
    barred: option.disabled,
    value: option.value,
  }));
}

function plainWords(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

class Picker {
  constructor(source) {
    this.source = source;
    const list = source.matches("select") ? source : source.list;
    if (!list) return;
    this.offered = offeredBy(list);
    this.input = source.matches("select") ? this.inputFor(source) : source;
    this.input.removeAttribute("list");
    const id = `${this.input.id}-list`;
    Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id,
      autocomplete: "off",
    }).forEach(([name, value]) => this.input.setAttribute(name, value));
    this.input.classList.add("picker-input");
    this.box = document.createElement("ul");
    Object.assign(this.box, { id, className: "picker-list", hidden: true });
    this.box.setAttribute("role", "listbox");
    const label = document.querySelector(`label[for="${CSS.escape(this.input.id)}"]`);
    this.box.setAttribute("aria-label", label ? label.textContent.trim() : "");
    const frame = document.createElement("div");
    frame.className = "picker";
    this.input.before(frame);
    frame.append(this.input, this.box);
    this.listen();
  }

  /* A text field that stands for the select: it takes over its id, and so its label. */
  inputFor(select) {
    const input = document.createElement("input");
    input.type = "text";
    input.id = select.id;
    input.spellcheck = false;
    for (const name of ["aria-describedby", "aria-invalid", "aria-label"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    }
    input.required = select.required;
    input.disabled = select.disabled;
    select.required = false;
    select.id = `${select.id}-choice`;
    select.before(input);
    select.hidden = true;
    const chosen = select.selectedOptions[0];
    if (chosen && chosen.value) input.value = chosen.text;
    else if (chosen) input.placeholder = chosen.text;
    return input;
  }

  listen() {
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("click", () => this.open(""));
    this.input.addEventListener("input", () => { this.open(this.input.value); });
    this.input.addEventListener("blur", () => { this.settle(); this.close(); });
    this.input.addEventListener("keydown", (event) => this.key(event));
    // The field keeps the focus: what is clicked on must not take it away first.
    this.box.addEventListener("mousedown", (event) => event.preventDefault());
    this.box.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.take(this.offered[row.dataset.index]);
    });
    this.input.form?.addEventListener("reset", () => setTimeout(() => this.restore()));
  }

  key(event) {
    const open = !this.box.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) this.open("");
      else this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (open && (event.key === "Home" || event.key === "End")) {
      event.preventDefault();
      this.move(event.key === "Home" ? -Infinity : Infinity);
    } else if (open && event.key === "Enter") {
      event.preventDefault();
      const row = this.box.querySelector("[aria-selected=true]");
      if (row) this.take(this.offered[row.dataset.index]);
    } else if (event.key === "Escape") {
      if (open) this.close();
      else this.input.value = "";
      event.stopPropagation();
    }
  }

  /* The options that hold every word that was typed. */
  open(typed) {
    const words = plainWords(typed).split(/\s+/).filter(Boolean);
    const rows = [];
    let group = "";
    this.offered.forEach((one, index) => {
      const text = plainWords(`${one.text} ${one.group}`);
      if (!one.value && words.length) return;
      if (!words.every((word) => text.includes(word))) return;
      if (one.group !== group) {
        group = one.group;
        const head = document.createElement("li");
        head.className = "picker-group";
        head.setAttribute("role", "presentation");
        head.textContent = group;
        rows.push(head);
      }
      const row = document.createElement("li");
      row.id = `${this.box.id}-${index}`;
      row.dataset.index = index;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      if (one.barred) row.setAttribute("aria-disabled", "true");
      row.textContent = one.text;
      rows.push(row);
    });
    if (!rows.length) {
      const none = document.createElement("li");
      none.className = "picker-group";
      none.setAttribute("role", "presentation");
      none.textContent = this.source.dataset.none;
      rows.push(none);
    }
    this.box.replaceChildren(...rows);
    this.box.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.input.removeAttribute("aria-activedescendant");
    if (words.length) this.move(1);
  }

  move(by) {
    const rows = [...this.box.querySelectorAll("[role=option]")];
    if (!rows.length) return;
    const now = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
    const first = now < 0 && by < 0 && by !== -Infinity ? rows.length : now;
    const next = rows[Math.max(0, Math.min(rows.length - 1, first + by))];
    rows.forEach((row) => row.setAttribute("aria-selected", String(row === next)));
    next.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", next.id);
  }

  take(one) {
    if (one.barred) return;
    if (this.source !== this.input) {
      this.source.value = one.value;
      this.input.value = one.value ? one.text : "";
      this.source.dispatchEvent(new Event("change", { bubbles: true }));
    } else {
      this.input.value = one.value;
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
    }
    this.input.setCustomValidity("");
    this.close();
  }

  close() {
    this.box.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  /* What was typed and not picked: it counts if it is one option's text, else the choice stays. */
  settle() {
    if (this.source === this.input) return;
    const typed = plainWords(this.input.value.trim());
    if (!typed) {
      const none = this.offered.find((one) => !one.value);
      if (none) this.source.value = "";
      else this.restore();
      return;
    }
    const fits = this.offered.filter((one) => !one.barred && one.value &&
      (plainWords(one.text) === typed || plainWords(one.value) === typed));
    if (fits.length === 1) this.take(fits[0]);
    else this.restore();
  }

  restore() {
    if (this.source === this.input) return;
    const chosen = this.source.selectedOptions[0];
    this.input.value = chosen && chosen.value ? chosen.text : "";
  }
}

/* Rows that are added, removed and put in order here, as the server does it without a script. */
function renumber(rows) {
  const prefix = rows.dataset.rows;
  const name = new RegExp(`^((?:id_|label_)?${prefix}-)(?:\\d+|__prefix__)(-)`);
  const all = [...rows.querySelector("ol").children];
  all.forEach((row, number) => {
    for (const element of row.querySelectorAll("[name], [id], [for], [aria-describedby], [aria-controls]")) {
      for (const attribute of ["name", "id", "for", "aria-describedby", "aria-controls"]) {
        const value = element.getAttribute(attribute);
        if (!value) continue;
        const numbered = value.split(" ").map((one) => one.replace(name, `$1${number}$2`)).join(" ");
        element.setAttribute(attribute, numbered);
      }
    }
    for (const button of row.querySelectorAll("[data-row]")) {
      if (button.value) button.value = button.value.replace(/:.*/, `:${number}`);
    }
  });
  rows.querySelector(`[name="${prefix}-TOTAL_FORMS"]`).value = all.length;
}

function changeRows(rows, act, row) {
  const list = rows.querySelector("ol");
  const said = rows.querySelector(":scope > [data-said]");
  if (act === "add") {
    row = rows.querySelector(":scope > [data-blank]").content.firstElementChild.cloneNode(true);
    list.append(row);
  } else if (act === "remove") {
    const near = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    (near ? near.querySelector("[data-row=remove]") : rows.querySelector("[data-row=add]")).focus();
  } else if (act === "up" && row.previousElementSibling) {
    row.after(row.previousElementSibling); // the neighbour moves: the row keeps the focus
  } else if (act === "down" && row.nextElementSibling) {
    row.before(row.nextElementSibling);
  }
  renumber(rows);
  if (act === "add") {
    prepare(row);
    row.querySelector("input:not([type=hidden]), select:not([hidden]), textarea")?.focus();
  }
  const place = [...list.children].indexOf(row) + 1;
  const words = { add: said.dataset.added, remove: said.dataset.removed }[act] || said.dataset.moved;
  said.textContent = words.replace("{place}", place);
  rows.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-row]");
  if (!button || button.dataset.row === "grip") return;
  event.preventDefault();
  changeRows(button.closest("[data-rows]"), button.dataset.row, button.closest(".row"));
  if (button.isConnected && button.dataset.row !== "add") button.focus();
});

document.addEventListener("keydown", (event) => {
  const grip = event.target.closest("[data-row=grip]");
  const act = { ArrowUp: "up", ArrowDown: "down" }[event.key];
  if (!grip || !act) return;
  event.preventDefault();
  changeRows(grip.closest("[data-rows]"), act, grip.closest(".row"));
  grip.focus();
});

/* By pointer: the row follows past each neighbour whose middle is crossed. */
document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-row=grip]");
  if (!grip) return;
  const row = grip.closest(".row");
  const rows = grip.closest("[data-rows]");
  grip.setPointerCapture(event.pointerId);
  row.classList.add("dragged");
  const move = ({ clientY }) => {
    const before = row.previousElementSibling?.getBoundingClientRect();
    const after = row.nextElementSibling?.getBoundingClientRect();
    if (before && clientY < before.top + before.height / 2) changeRows(rows, "up", row);
    else if (after && clientY > after.top + after.height / 2) changeRows(rows, "down", row);
  };
  const end = () => {
    row.classList.remove("dragged");
    grip.removeEventListener("pointermove", move);
  };
  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", end, { once: true });
  grip.addEventListener("pointercancel", end, { once: true });
});

/* What a page, or a part of it that was fetched, needs. */
function prepare(root) {
  for (const source of root.querySelectorAll("[data-picker]:not(.picker-input)")) {
    if (!source.closest("template") && !source.hidden) new Picker(source);
  }
}

window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[method=post] button:disabled, button[form]:disabled")) {
    button.disabled = false;
  }
  showSelection();
});
document.addEventListener("htmx:afterSettle", (event) => {
  prepare(event.target.parentElement || document);
  showSelection();
});
prepare(document);
showSelection();

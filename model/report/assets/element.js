// Page elements: built from texts only, so that no name in the data is ever read as markup.
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

// a table of columns [{name, right}] and rows of cells: text, number as text, or an element
function tableOf(columns, rows, caption) {
  const head = el("tr", {}, columns.map((column) => el("th", { scope: "col", class: column.right ? "right" : column.still ? "still" : null }, column.name)));
  const body = rows.map((row) => el("tr", { class: row.class || null }, row.cells.map((cell, place) =>
    el(place ? "td" : "th", { scope: place ? null : "row", class: columns[place].right ? "right" : columns[place].still ? "still" : null }, cell))));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("caption", { class: "hidden" }, caption), el("thead", {}, head), el("tbody", {}, body)));
}

function textOf(cell) {
  return cell instanceof Node ? (cell.dataset.plain ?? cell.textContent).trim() : String(cell ?? "");
}

// a plain number without its grouping; nothing where a text is none
function bareNumber(text) {
  const bare = text.replace(/,/g, "").replace("−", "-");
  return /^[+-]?\d+(\.\d+)?$/.test(bare) ? bare : null;
}

// cells that a spreadsheet could read as a formula, also in full-width signs or behind spaces, get a quote; plain numbers stay numbers
function csvCell(cell) {
  let text = textOf(cell);
  const bare = bareNumber(text);
  if (bare !== null) text = bare;
  else if (/^(\s*[=+\-@＝＋－＠]|[\t\r\n])/.test(text)) text = `'${text}`;
  return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

function csvOf(columns, rows) {
  const lines = [columns.map((column) => csvCell(column.name)), ...rows.map((row) => row.cells.map(csvCell))];
  return `\ufeff${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}

function save(name, address) {
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

function saveText(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  save(name, address);
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

// a window over the page with a heading and pairs of term and text
function openDialog(heading, pairs, rest = [], kind = "") {
  const dialog = document.getElementById("dialog");
  if (dialog.open) dialog.close();
  dialog.className = kind;
  dialog.replaceChildren(
    el("div", { class: "row dialog-top" }, el("h2", { id: "dialog-title", tabindex: "-1", autofocus: true }, heading), el("button", { type: "button", class: "tool", onclick: () => dialog.close() }, say("page_close"))),
    el("dl", {}, pairs.filter(([, text]) => text !== "").map(([term, text]) => [el("dt", {}, term), el("dd", {}, text)]).flat()),
    ...rest,
    el("button", { type: "button", onclick: () => dialog.close() }, say("page_close")),
  );
  dialog.showModal();
  dialog.scrollTop = 0;
}

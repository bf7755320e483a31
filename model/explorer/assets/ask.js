// Asking the page's own server; what went wrong stands above the views until it is closed.
const LIVE = DATA.live;

class Refused extends Error {
  constructor(reasons) {
    const texts = reasons.map((reason) => (Array.isArray(reason) ? pick(reason) : reason));
    super(texts.join("; "));
    this.reasons = texts;
  }
}

async function ask(path, body) {
  const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  let answer;
  try { answer = await fetch(path, { cache: "no-store", ...options }); } catch { throw new Refused([say("explore_gone")]); }
  let content = null;
  try { content = await answer.json(); } catch { content = null; }
  if (answer.status === 403) throw new Refused([say("explore_gone")]);
  if (!answer.ok || content === null || content.reasons) throw new Refused(content?.reasons?.length ? content.reasons : [say("explore_failed", { status: answer.status })]);
  return content;
}

// the table of a view as a workbook that the server makes
async function saveBook(name, view) {
  const cell = (value, column) => {
    const bare = bareNumber(textOf(value));
    return bare !== null && column.right ? Number(bare) : textOf(value);
  };
  const words = [view.title, view.unit, view.note, say("explore_book_about", { focus: title(state.f), base: title(state.r) })].map((text) => text || "");
  const rows = view.rows.map((row) => row.cells.map((value, place) => cell(value, view.columns[place])));
  try {
    const answer = await fetch("book", { method: "POST", body: JSON.stringify({ words, columns: view.columns.map((column) => column.name), rows }), cache: "no-store" });
    if (!answer.ok || (answer.headers.get("content-type") || "").startsWith("application/json")) throw new Refused((await answer.json()).reasons);
    const address = URL.createObjectURL(await answer.blob());
    save(name, address);
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  } catch (error) { complain(error instanceof Refused ? error : new Refused([say("explore_gone")])); }
}

function note(texts, kind = "bad", ways = []) {
  let place = document.getElementById("notices");
  if (!place) {
    place = el("div", { id: "notices", role: "status", "aria-live": "polite" });
    document.querySelector("main").before(place);
  }
  const line = el("div", { class: `notice ${kind}` }, el("div", {}, texts.map((text) => el("p", {}, text))),
    el("span", { class: "grow" }), ways.map(([key, action]) => el("button", { type: "button", class: "tool main", onclick: () => { line.remove(); action(); } }, say(key))),
    el("button", { type: "button", class: "tool", onclick: () => line.remove() }, say("page_close")));
  if ([...place.children].some((other) => other.firstChild.textContent === line.firstChild.textContent)) return;
  place.append(line);
}

const complain = (error, before = "") => note([before, ...(error.reasons || [String(error)])].filter(Boolean));

// draw one card anew and leave the others alone
function redraw(id, view) {
  const card = document.getElementById(id);
  if (!card) return;
  const mark = markOf(document.activeElement);
  fill(card, view());
  if (mark?.[0] === id) refocus(mark);
}

// The header, the order of views, and redrawing when the state changes.
const ABOVE = ["finding", "answers", "figures", "paths", "causes"];
const VIEWS = [findingView, answersView, figuresView, pathsView, causesView, scorecardView, sectorsView, moneyView, capacityView, waterfallView, wedgesView, ganttView, ...(DATA.tiles.length ? [mapView] : []),
  () => flowView("energy", "energy"), () => flowView("materials", "mass"), () => flowView("carbon", "carbon"), curveView, tradeoffView, outputView, shapleyView, pricesView, alternativesView, moreView,
  futuresView, chancesView, robustView, firstView, gradesView, certificateView, runsView, scenariosView, methodView];

// what other scripts do: with the header, after the page is drawn, while there is no scenario, in a line's window, in a clause's; which views; is a scenario kept?;
// a view's workbook; opening the plan of a point; why a pair is not split by cause
const HOOKS = { header: () => {}, after: () => {}, empty: () => {}, line: () => {}, clause: () => [], views: () => VIEWS, kept: () => true, book: null, point: null,
  pair: () => say("page_causes_none", { base: pick(DATA.scenarios[0].title) }) };

function choose(key, part, values, name) {
  return el("label", {}, `${say(key)} `, el("select", { id: `choose-${part}`, onchange: (event) => { state[part] = event.target.value; refresh(); } },
    values.map((value) => el("option", { value, selected: state[part] === value }, name(value)))));
}

function sample(id) {
  const line = `<svg width="26" height="10" aria-hidden="true"></svg>`;
  const box = new DOMParser().parseFromString(line, "text/html").body.firstChild;
  const stroke = document.createElementNS("http://www.w3.org/2000/svg", "line");
  const attributes = { x1: 0, y1: 5, x2: 26, y2: 5, stroke: colourOf(id), "stroke-width": id === state.f ? 4 : 2, "stroke-dasharray": dashOf(id).join(" ") };
  for (const [name, value] of Object.entries(attributes)) stroke.setAttribute(name, value);
  box.append(stroke);
  return box;
}

function chip(id) {
  const fixed = id === state.r || id === state.f;
  const toggle = (event) => { state.s = IDS.filter((other) => (other === id ? event.target.checked : state.s.includes(other))); refresh(); };
  return el("label", { class: "chip" }, el("input", { type: "checkbox", id: `show-${id}`, checked: state.s.includes(id), disabled: fixed, onchange: toggle }), sample(id), label(SCENARIOS.get(id)));
}

function drawHeader() {
  const other = state.l === "zh" ? "en" : "zh";
  const rows = [el("div", { class: "row" }, el("h1", {}, say("page_title")), el("span", { class: "badge" }, say("page_caution")), el("span", { class: "grow" }),
    el("button", { type: "button", id: "language", lang: other, onclick: () => { state.l = other; refresh(); } }, other === "zh" ? "中文" : "English"),
    el("button", { type: "button", onclick: () => print() }, say("page_print")))];
  const controls = [choose("page_scope", "b", SCOPES, (scope) => spoken("row_", scope))];
  if (IDS.length > 1) {
    controls.unshift(choose("page_base", "r", IDS, title), choose("page_focus", "f", IDS, title));
    rows.push(el("div", { class: "row controls", role: "group", "aria-label": say("page_shown") }, controls));
  } else rows[0].insertBefore(el("span", { class: "controls" }, controls), rows[0].lastChild);
  document.querySelector("header").replaceChildren(...rows);
  HOOKS.header();
}

function drawFooter() {
  document.querySelector("footer").replaceChildren(el("p", {}, say("page_footer", { version: DATA.version, made: DATA.made.slice(0, 16).replace("T", " "), data: DATA.data.name, hash: DATA.data.hash.slice(0, 12) })));
}

// focus returns to the control that was used, which has been drawn anew
function markOf(element) {
  if (!element || element === document.body) return null;
  const card = element.closest(".card, header, .chips");
  return card ? [card.id || (card.matches(".chips") ? ".chips" : "header"), [...card.querySelectorAll("button, select, input")].indexOf(element)] : null;
}

function refocus(mark) {
  if (!mark) return;
  const card = ["header", ".chips"].includes(mark[0]) ? document.querySelector(mark[0]) : document.getElementById(mark[0]);
  card?.querySelectorAll("button, select, input")[mark[1]]?.focus({ preventScroll: true });
}

async function refresh() {
  if (!IDS.length) return HOOKS.empty();
  const mark = markOf(document.activeElement);
  for (const id of [state.r, state.f]) if (!state.s.includes(id)) state.s = IDS.filter((other) => other === id || state.s.includes(other));
  writeState();
  document.documentElement.lang = state.l === "zh" ? "zh-CN" : "en";
  document.title = say("page_title");
  document.documentElement.dataset.drawn = "";
  watcher.disconnect();
  for (const views of drawn.values()) views.forEach((view) => view.finalize());
  drawn.clear();
  waiting.clear();
  drawHeader();
  drawFooter();
  const cards = HOOKS.views().map((view) => view()).filter(Boolean).map(makeCard);
  const height = document.documentElement.scrollTop;
  const chips = IDS.length > 1 ? [el("div", { class: "chips", role: "group", "aria-label": say("page_shown") }, el("span", {}, say("page_shown")), IDS.map(chip))] : [];
  document.getElementById("views").replaceChildren(...chips, ...cards);
  document.documentElement.scrollTop = height;
  refocus(mark);
  for (const card of cards) if (ABOVE.includes(card.id)) await drawCard(card);
  document.documentElement.dataset.drawn = "first";
  performance.mark("first-draw");
  HOOKS.after();
  return drawRest();
}

let resizing = 0;
let width = innerWidth;
addEventListener("resize", () => {
  clearTimeout(resizing);
  if (innerWidth !== width) resizing = setTimeout(() => { width = innerWidth; refresh(); }, 250);
});
addEventListener("hashchange", () => {
  if (IDS.length) readState();
  refresh();
});
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((part) => part.setAttribute("open", "")));

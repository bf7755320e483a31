// A card: one view with its heading, unit, chart, table, source note and downloads. Charts are drawn when they come near the window.
const FONTS = { en: '"Segoe UI","Helvetica Neue",Arial,"Liberation Sans","Noto Sans","Noto Sans CJK SC",sans-serif', zh: '"Noto Sans CJK SC","Noto Sans SC","Microsoft YaHei","PingFang SC","Helvetica Neue",Arial,sans-serif' };
const CONFIG = {
  background: "#ffffff", view: { stroke: null },
  axis: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelColor: "#374151", titleColor: "#374151", gridColor: "#E5E7EB",
    domainColor: "#6B7280", tickColor: "#6B7280" },
  legend: { labelFontSize: 12, titleFontSize: 12, labelLimit: 340, titleFontWeight: "normal", labelColor: "#1F2937", titleColor: "#374151" },
  header: { labelFontSize: 12, labelColor: "#1F2937" }, text: { fontSize: 12, fill: "#1F2937" },
};
const drawn = new Map();
const waiting = new Map();
let idle = false;

function embed(place, spec) {
  const chart = { ...spec, config: { ...CONFIG, font: FONTS[state.l] }, autosize: spec.autosize || { type: "pad", contains: "padding" } };
  return vegaEmbed(place, chart, { actions: false, renderer: "svg", ast: true, tooltip: { theme: "light" } });
}

async function drawCard(card) {
  const view = waiting.get(card);
  if (!view) return;
  waiting.delete(card);
  const holder = card.querySelector(".charts");
  const charts = view.charts(Math.max(280, Math.floor(holder.clientWidth)));
  const kept = [];
  holder.replaceChildren();
  for (const chart of charts) {
    const place = el("div", { class: "chart", role: "img", "aria-label": chart.title || view.title });
    if (chart.title) holder.append(el("h3", {}, chart.title));
    holder.append(place);
    const result = await embed(place, chart.spec);
    if (chart.click) result.view.addEventListener("click", (_, item) => item && item.datum && chart.click(item.datum));
    kept.push(result.view);
  }
  drawn.get(card)?.forEach((old) => old.finalize());
  drawn.set(card, kept);
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) {
    watcher.unobserve(entry.target);
    drawCard(entry.target);
  }
}, { rootMargin: "100px" });

// what is not yet seen is drawn while nothing else happens, so that printing finds every chart
async function drawRest() {
  if (idle) return;
  idle = true;
  for (const card of [...waiting.keys()]) {
    await new Promise((next) => setTimeout(next, 20));
    watcher.unobserve(card);
    await drawCard(card);
  }
  idle = false;
  document.documentElement.dataset.drawn = "all";
}

function fileName(view, kind) {
  return `${view.id}-${state.f}-${state.l}.${kind}`;
}

async function saveCharts(card, view, kind) {
  await drawCard(card);
  const views = drawn.get(card) || [];
  for (const [place, chart] of views.entries()) {
    const name = fileName({ id: views.length > 1 ? `${view.id}-${place + 1}` : view.id }, kind);
    if (kind === "png") save(name, await chart.toImageURL("png", 2));
    else saveText(name, await chart.toSVG(), "image/svg+xml");
  }
}

function tools(card, view) {
  const button = (key, action, pressed) => el("button", { type: "button", class: "tool", onclick: action, "aria-pressed": pressed }, say(key));
  const made = [];
  if (view.charts && view.rows) {
    const asTable = state.t.has(view.id);
    made.push(button("page_as_table", () => {
      if (asTable) state.t.delete(view.id); else state.t.add(view.id);
      writeState();
      fill(card, view);
      drawCard(card);
    }, asTable ? "true" : "false"));
  }
  if (view.rows) made.push(button("page_csv", () => saveText(fileName(view, "csv"), csvOf(view.columns, view.rows), "text/csv")));
  if (view.rows && HOOKS.book) made.push(button("page_xlsx", () => HOOKS.book(fileName(view, "xlsx"), view)));
  if (view.charts && !state.t.has(view.id)) {
    for (const [kind, key] of [["png", "page_png"], ["svg", "page_svg"]]) made.push(button(key, () => saveCharts(card, view, kind)));
  }
  return made.length ? el("div", { class: "tools", role: "group", "aria-label": say("page_tools", { title: view.title }) }, made) : null;
}

function fill(card, view) {
  const tabular = view.rows && (!view.charts || state.t.has(view.id));
  const body = [];
  if (view.controls) body.push(el("div", { class: "controls" }, view.controls));
  if (view.body) body.push(...view.body);
  if (tabular) {
    body.push(tableOf(view.columns, view.rows, view.title));
    if (view.long) final(body).classList.add("tall");
  }
  else if (view.charts) body.push(el("div", { class: "charts", style: `min-height:${view.height || 200}px` }));
  const heading = el("h2", { id: `title-${view.id}` }, view.title);
  card.replaceChildren(el("div", { class: "top" }, el("div", {}, heading, view.unit ? el("p", { class: "unit" }, view.unit) : null), tools(card, view)),
    ...body, ...(view.note ? [el("p", { class: "note" }, view.note)] : []));
  if (view.charts && !tabular) {
    waiting.set(card, view);
  } else waiting.delete(card);
}

function makeCard(view) {
  const card = el("section", { class: `card ${view.width || "wide"}`, id: view.id, "aria-labelledby": `title-${view.id}` });
  fill(card, view);
  if (waiting.has(card)) watcher.observe(card);
  return card;
}

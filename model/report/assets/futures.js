// Which conclusions survive uncertain facts: what a stored ensemble of futures says of the focus, or how to get one.
const futures = () => focus().futures;
const LEVELS = ["q5", "q25", "q50", "q75", "q95"];

function futuresCounts() {
  const found = futures();
  const parts = Object.entries(found.counts).map(([status, count]) => say("page_futures_count", { count: number(count, 0), status: say(`member_${status}`) }));
  return say("page_futures_counts", { all: number(found.members, 0), parts: parts.join(say("page_list_comma")), solved: number(found.solved, 0) });
}

function futuresView() {
  const found = futures();
  const view = { id: "futures", title: say("page_futures_title", { focus: title(state.f) }) };
  if (!found) return HOOKS.kept(state.f) ? { ...view, body: [el("p", {}, say("page_futures_none")), el("p", {}, el("code", {}, `python run.py ensemble ${state.f} --samples 200`))] } : null;
  if (!found.solved) return { ...view, body: [el("p", {}, futuresCounts())] };
  const own = focus().emissions[found.boundary];
  const names = [say("page_futures_most"), say("page_futures_half"), say("page_futures_median"), say("page_futures_own")];
  const values = found.years.map((year, place) => Object.fromEntries([["year", year], ...LEVELS.map((level) => [level, scaled(found.fan[level][place], "carbon")]), ["own", scaled(own[focus().years.indexOf(year)] ?? null, "carbon")]]));
  const scale = { domain: names, range: ["#BFD9EA", "#6BA8CF", "#00486F", "#D55E00"] };
  const color = (place) => ({ datum: names[place], type: "nominal", scale, legend: { title: null, orient: "bottom", columns: 2, symbolType: "square", symbolOpacity: 1 } });
  const x = { field: "year", type: "quantitative", axis: yearAxis(found.years), scale: { domain: [found.years[0], final(found.years)], nice: false } };
  const y = (field) => ({ field, type: "quantitative", title: perYear(), scale: { zero: true } });
  const tooltip = [{ field: "year", title: say("page_year") }, ...LEVELS.map((level) => ({ field: level, title: say(`page_level_${level}`), format: ",.2f" })), { field: "own", title: names[3], format: ",.2f" }];
  const spec = (width) => ({ width: width - 75, height: 300, data: { values }, encoding: { x }, layer: [
    { mark: { type: "area" }, encoding: { y: y("q5"), y2: { field: "q95" }, color: color(0) } }, { mark: { type: "area" }, encoding: { y: y("q25"), y2: { field: "q75" }, color: color(1) } },
    { mark: { type: "line", strokeWidth: 3 }, encoding: { y: y("q50"), color: color(2) } }, { mark: { type: "line", strokeWidth: 3, strokeDash: [6, 4] }, encoding: { y: y("own"), color: color(3) } },
    { mark: { type: "point", filled: true, size: 60 }, encoding: { y: y("q50"), color: color(2), tooltip } } ] });
  const row = (name, series) => ({ cells: [name, ...series.map((value) => shown(value, "carbon"))] });
  return { ...view, width: "half", unit: `${perYear()}${say("page_comma")}${spoken("row_", found.boundary)}`, body: [el("p", {}, futuresCounts())], charts: (width) => [{ spec: spec(width) }], height: 380,
    columns: [{ name: say("page_item") }, ...found.years.map((year) => ({ name: String(year), right: true }))],
    rows: [...LEVELS.map((level) => row(say(`page_level_${level}`), found.fan[level])), row(names[3], found.years.map((year) => own[focus().years.indexOf(year)] ?? null))],
    note: say("page_futures_note", { method: say(`page_method_${found.method}`), seed: found.seed, gap: `${number(100 * found.gap, 2)} %` }) };
}

const share = (value) => `${number(100 * value, 0)} %`;

function chancesView() {
  const found = futures();
  if (!found || !found.solved) return null;
  const targets = found.chances.filter((row) => row.target).sort((a, b) => a.met - b.met);
  const name = (row) => pick(DATA.clauses[row.id].name);
  const values = targets.map((row) => ({ name: name(row), met: row.met, low: row.met_low, high: row.met_high, text: share(row.met), interval: `${share(row.met_low)} – ${share(row.met_high)}` }));
  const y = { field: "name", type: "nominal", sort: values.map((row) => row.name), title: null, axis: { labelLimit: 190, domain: false, ticks: false } };
  const spec = (width) => ({ width: Math.max(140, width - 260), height: { step: 26 }, data: { values }, encoding: { y }, layer: [
    { mark: { type: "bar", height: 15, color: "#0072B2" }, encoding: { x: { field: "met", type: "quantitative", title: say("page_chance_axis"), axis: { format: "%", values: [0, 0.25, 0.5, 0.75, 1] }, scale: { domain: [0, 1.12] } }, tooltip: [{ field: "name", title: say("page_clause") }, { field: "text", title: say("page_chance") }, { field: "interval", title: say("page_interval") }] } },
    { mark: { type: "rule", color: "#1F2937", strokeWidth: 2 }, encoding: { x: { field: "low", type: "quantitative" }, x2: { field: "high" } } },
    { mark: { type: "text", align: "left", dx: 6 }, encoding: { x: { field: "high", type: "quantitative" }, text: { field: "text" } } } ] });
  const rows = [...targets, ...found.chances.filter((row) => !row.target)].map((row) => ({ cells: [name(row), say(row.target ? "page_target" : "page_limit"), row.target ? share(row.met) : say("page_always"),
    row.target ? `${share(row.met_low)} – ${share(row.met_high)}` : "–", share(row.binds), ...["slack_q5", "slack_q50", "slack_q95"].map((key) => number(row[key], 1)), pick(DATA.clauses[row.id].unit)] }));
  return { id: "chances", width: "half", title: say("page_chances_title"), unit: say("page_chances_unit", { solved: number(found.solved, 0) }), ...(targets.length ? { charts: (width) => [{ spec: spec(width) }], height: 60 + 26 * targets.length } : {}),
    columns: ["page_clause", "page_kind", "page_chance", "page_interval", "page_binds", "page_slack_q5", "page_slack_q50", "page_slack_q95", "page_unit"].map((key, place) => ({ name: say(key), right: place > 1 && place < 8 })), rows,
    note: `${found.all_met === null ? "" : say("page_all_met", { share: share(found.all_met) })}${say("page_chances_note")}` };
}

// does the focus itself do this to the line?
function planDoes(act) {
  const history = focus().lines[act.line];
  if (!history) return null;
  const place = act.kind === "retrofit" ? history.fits.find((fit) => fit[0] === act.what && fit[1] > 0)?.[1] : history.stands.find((spell) => spell[4] === act.what)?.[1];
  return place === undefined ? null : focus().years[place];
}

const bar = (value) => el("span", { class: "share" }, el("span", { class: "track", "aria-hidden": "true" }, el("span", { class: "level", style: `width:${(100 * value).toFixed(0)}%` })), share(value));
const lineName = (id) => (LINES.has(id) ? el("button", { type: "button", class: "link", onclick: () => lineDialog(id) }, pick(LINES.get(id).name)) : id);

function robustView() {
  const found = futures();
  if (!found || !found.solved) return null;
  const kept = found.acts.filter((act) => !state.g || (LINES.has(act.line) && DATA.groups[LINES.get(act.line).group].sector === state.g));
  const rows = kept.map((act) => {
    const year = planDoes(act);
    return { cells: [lineName(act.line), spoken("kind_", act.kind), nameOf(act.kind === "retrofit" ? "measure" : "arc", act.what), bar(act.share), String(act.year), year === null ? say("page_not_in_plan") : String(year)] };
  });
  return { id: "robust", title: say("page_robust_title"), unit: say("page_robust_unit", { solved: number(found.solved, 0) }), controls: [sectorSelect()],
    columns: ["page_line", "page_kind", "page_decision", "page_share_of_futures", "page_median_year", "page_in_plan"].map((key, place) => ({ name: say(key), right: place > 3, still: place === 3 })), rows, long: true, note: say("page_robust_note") };
}

function firstView() {
  const found = futures();
  if (!found || !found.solved) return null;
  const rows = found.first.map((row) => ({ cells: [say(`outcome_${row.outcome}`), pick(row.fact), pick(row.driver), el("span", { title: say(`page_grade_${row.grade}`) }, row.grade), `${number(row.correlation, 2)} ± ${number(row.half, 2)}`, share(row.gain)] }));
  const view = { id: "first", title: say("page_first_title"), note: say("page_first_note") };
  if (!rows.length) return { ...view, body: [el("p", {}, say("page_first_none"))] };
  return { ...view, unit: say("page_first_unit"), columns: ["page_outcome", "page_fact", "page_driver", "page_grade", "page_correlation", "page_gain"].map((key, place) => ({ name: say(key), right: place > 3, still: place === 3 })), rows };
}

// The first screen: what follows from the chosen pathway in one sentence, headline figures, and the plan's own clauses.
const scopeName = () => spoken("row_", state.b);
const total = (scenario) => scenario.emissions[state.b].reduce((sum, value, place) => sum + (place ? value * scenario.span[place] : 0), 0);
const summed = (scenario, series) => series.reduce((sum, value, place) => sum + (place ? value * scenario.span[place] : 0), 0);

function direction(change, kind) {
  const near = shown(Math.abs(change), kind) === shown(0, kind);
  return near ? say("page_as_much") : say(change > 0 ? "page_more" : "page_less", { amount: `${shown(Math.abs(change), kind)}${kind === "percent" ? " %" : ` ${unit(kind)}`}` });
}

function findingText() {
  const scenario = focus();
  const path = scenario.emissions[state.b];
  const sentences = [say("page_finding", { title: pick(scenario.title), year: finalYear(scenario), amount: `${shown(final(path), "carbon")} ${unit("carbon")}`,
    scope: scopeName(), first: scenario.years[0], change: direction(final(path) / path[0] - 1, "percent") })];
  if (state.r !== state.f && finalYear(base()) === finalYear(scenario)) {
    sentences.push(say("page_finding_base", { base: pick(base().title), change: direction(final(path) - final(base().emissions[state.b]), "carbon") }));
  }
  if (state.b === "scope12_imports" && base().activity !== state.f) sentences.push(say("page_finding_frozen", { change: direction(final(path) / final(scenario.frozen) - 1, "percent") }));
  const targets = scenario.clauses.filter((clause) => clause.target);
  const missed = targets.filter((clause) => clause.state === "state_missed");
  const names = missed.map((clause) => pick(DATA.clauses[clause.id].name)).join(say("page_list_comma"));
  const year = finalYear(scenario);
  if (targets.length) sentences.push(missed.length ? say("page_finding_missed", { year, all: targets.length, count: missed.length, names }) : say("page_finding_met", { year, all: targets.length }));
  return sentences.join(state.l === "zh" ? "" : " ");
}

function findingView() {
  const scenario = focus();
  const known = (figure) => ["A", "B"].reduce((sum, grade) => sum + (scenario.grades[figure][grade] || 0), 0);
  return { id: "finding", title: say("page_finding_title"), body: [
    el("p", { class: "finding" }, findingText()),
    el("p", {}, `${pick(scenario.why)} ${say("page_how_sure", { share: number(100 * known("emissions"), 0), certified: certifiedText(scenario) })}`),
  ], controls: [el("button", { type: "button", onclick: (event) => copy(findingText(), event.target) }, say("page_copy_sentence")),
    el("button", { type: "button", onclick: (event) => copy(location.href, event.target) }, say("page_copy_link"))] };
}

async function copy(text, button) {
  try { await navigator.clipboard.writeText(text); } catch {
    const area = el("textarea", {}, text);
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.textContent = say("page_copied");
}

function certifiedText(scenario) {
  const open = scenario.run.stages.filter((stage) => stage.goal !== "shortfall" || stage.gap > 1e-9);
  const gap = open.map((stage) => `${say("goal_" + stage.goal)} ${number(100 * stage.gap, 2)} %`).join(say("page_list_comma")) || gapText(scenario);
  const parts = [say(scenario.run.optimal ? "page_optimal" : "page_not_optimal", { gap }), say("page_certified")];
  if (!scenario.run.replayed) parts.push(say("page_not_replayed"));
  return parts.join(say("page_comma"));
}

// years of the headline figures: the last that was decided by itself, the last common one, and the ends of focus and base
const figureYears = () => [...new Set([yearly(focus()), lastCommon(), finalYear(focus()), finalYear(base())])].sort();

// figures: key, unit kind, value of a scenario (null: it has no such year), figure whose grades stand behind it, year; ``few``: the main ones only
function figureRows(few) {
  const count = (item, ...states) => item.clauses.filter((clause) => states.includes(clause.state)).length;
  const of = (year, get) => (item) => (item.years.includes(year) ? get(item, year) : null);
  const sumTo = (item, series, year) => series.reduce((sum, value, place) => sum + (place && item.years[place] <= year ? value * item.span[place] : 0), 0);
  const rows = figureYears().flatMap((year, order) => [
    ["page_figure_end", "carbon", of(year, (item) => at(item, item.emissions[state.b], year)), "emissions", year],
    ...(few ? [] : [["page_figure_change", "percent", of(year, (item) => at(item, item.emissions[state.b], year) / item.emissions[state.b][0] - 1), "emissions", year]]),
    ["page_figure_saved", "carbon", of(year, (item) => at(item, item.emissions.scope12_imports, year) - at(item, item.frozen, year)), "emissions", year],
    ...(few && order ? [] : [["page_figure_one", "carbon", of(year, (item) => at(item, item.emissions.scope1, year)), "emissions", year]]),
    ...(few && order ? [] : [["page_figure_total", "carbon", of(year, (item) => sumTo(item, item.emissions[state.b], year)), "emissions", year]]),
    ["page_figure_investment", "money", of(year, (item) => investedBy(item, year)), "investment", year],
    ...(few ? [] : [["page_figure_output", "money", of(year, (item) => at(item, item.output, year)), "output", year], ["page_figure_added", "money", of(year, (item) => at(item, item.added, year)), "output", year],
      ["page_figure_energy", "energy", of(year, (item) => at(item, item.energy.equivalent, year)), "energy", year]]),
  ]);
  return [...rows, ["page_figure_missed", "count", (item) => item.clauses.filter((clause) => clause.target && clause.state === "state_missed").length, ""],
    ["page_figure_binding", "count", (item) => count(item, "state_binding", "state_no_quota"), ""]];
}

// a value with its difference to the base below it; a download holds the value only
function besideBase(value, reference, kind) {
  if (value === null || reference === null) return shown(value, kind);
  return el("span", { "data-plain": shown(value, kind) }, shown(value, kind), el("span", { class: "delta" }, say("page_delta", { amount: signed(value - reference, kind) })));
}

function figuresView() {
  const items = visible();
  const few = items.length > MANY;
  const columns = [{ name: say("page_figure") }, { name: say("page_unit"), still: true }, ...items.map((item) => ({ name: label(item), right: true })), { name: say("page_known"), still: true }];
  const rows = figureRows(few).map(([key, kind, value, figure, year]) => ({ cells: [say(key, { year, first: focus().years[0], next: focus().years[1], scope: scopeName() }), kind === "percent" ? "%" : unit(kind),
    ...items.map((item) => (item.id === state.r || kind === "count" ? shown(value(item), kind) : besideBase(value(item), value(base()), kind))), figure ? gradeText(focus().grades[figure]) : ""] }));
  rows.push(few ? { cells: [say("page_gap"), "", ...items.map((item) => gapText(item)), ""] } : { class: "words", cells: [say("page_figure_status"), "", ...items.map((item) => certifiedText(item)), ""] });
  const view = { id: "figures", title: say("page_figures_title"), unit: say("page_figures_unit", { base: title(state.r) }), note: say("page_figures_note") };
  return few ? { ...view, ...turned(columns, rows, items.length) } : { ...view, columns, rows };
}

// many scenarios: a row for each, the unit beside each figure's name
function turned(columns, rows, count) {
  const heads = rows.map((row) => ({ name: row.cells[1] ? `${row.cells[0]}${say("page_comma")}${row.cells[1]}` : row.cells[0], right: true }));
  const last = rows[0].cells.length - 1;
  const lines = [...Array(count).keys()].map((place) => ({ class: "words", cells: [columns[place + 2].name, ...rows.map((row) => row.cells[place + 2])] }));
  return { columns: [{ name: say("page_scenario") }, ...heads], rows: [...lines, { class: "words", cells: [columns[last].name, ...rows.map((row) => row.cells[last])] }] };
}

function gradeText(shares) {
  return Object.entries(shares).filter(([, share]) => share >= 0.005).map(([grade, share]) => `${grade || "–"} ${number(100 * share, 0)} %`).join(say("page_comma"));
}

function clauseValue(value, clause) {
  return number(value, Math.abs(clause.asked) < 10 && clause.asked !== 0 && clause.asked !== null ? 3 : 1);
}

function clauseDialog(clause) {
  const text = DATA.clauses[clause.id];
  const measures = visible().map((item) => {
    const own = item.clauses.find((other) => other.id === clause.id);
    if (!own) return [pick(item.title), say("page_not_applied")];
    const asked = own.asked === null ? "" : say("page_clause_asks", { year: own.year, asked: `${own.upper ? "≤" : "≥"} ${clauseValue(own.asked, own)}`, reached: own.reached === null ? "–" : clauseValue(own.reached, own), slack: own.slack === null ? "–" : clauseValue(own.slack, own), unit: pick(text.unit) });
    return [pick(item.title), [say(own.state), asked].filter(Boolean).join(say("page_semicolon"))];
  });
  openDialog(pick(text.name), [[say("page_words"), pick(text.words)], [say("page_place"), pick(text.place)], [say("page_source"), pick(text.source)], ...measures, ...clausePrice(clause, text)], HOOKS.clause(clause));
}

// what a step of the clause's number changes, where somebody has solved it
function clausePrice(clause, text) {
  const found = focus().studies.prices.find((row) => row.id === clause.id);
  if (found) return [[say("page_moved"), say("page_moved_text", { step: number(found.step, found.step < 1 ? 2 : 0), unit: pick(text.unit), down: signed(found.down / 1e4, "carbon"), up: signed(found.up / 1e4, "carbon"), carbon: unit("carbon") })]];
  return HOOKS.kept(state.f) && text.movable ? [[say("page_moved"), say("page_moved_none", { command: `python run.py prices ${state.f} --clauses ${clause.id}` })]] : [];
}

const MANY = 4;
const WIDE = 8;
const fewOf = (items, most = WIDE) => (items.length > most ? [...new Set([base(), focus()])] : items);
const MARKS = { state_missed: "✕", state_binding: "▮", state_no_quota: "▯", state_met: "✓" };
const STATE_ORDER = ["state_missed", "state_binding", "state_no_quota", "state_met"];

function scorecardView() {
  const items = fewOf(visible());
  const columns = [{ name: say("page_clause") }, { name: say("page_place") }, { name: say("page_year"), right: true }, { name: say("page_asked"), right: true }, { name: say("page_unit"), still: true },
    ...items.flatMap((item) => (items.length > MANY ? [{ name: pick(item.title), right: true }]
      : [{ name: items.length > 1 ? `${pick(item.title)}${say("page_comma")}${say("page_reached")}` : say("page_reached"), right: true }, { name: say("page_state") }])), { name: items.length > 1 ? say("page_slack_of", { focus: title(state.f) }) : say("page_slack"), right: true }];
  const rows = [];
  for (const kind of [true, false]) {
    const clauses = allClauses(items).filter((clause) => clause.target === kind);
    if (!clauses.length) continue;
    rows.push({ class: "section", cells: [say(kind ? "page_targets" : "page_limits"), ...columns.slice(1).map(() => "")] });
    clauses.sort((a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state));
    for (const clause of clauses) {
      const text = DATA.clauses[clause.id];
      const asked = clause.asked === null ? "–" : `${clause.upper ? "≤" : "≥"} ${clauseValue(clause.asked, clause)}`;
      rows.push({ cells: [el("button", { type: "button", class: "link", title: pick(text.words), onclick: () => clauseDialog(clause) }, pick(text.name)), pick(text.place),
        String(clause.year), asked, clause.asked === null ? "" : pick(text.unit), ...items.flatMap((item) => scoreCells(item, clause, asked, items.length > MANY)), slackText(clause)] });
    }
  }
  return { id: "scorecard", title: say("page_scorecard_title"), unit: say("page_scorecard_unit"), columns, rows, note: `${items.length > MANY ? `${STATE_ORDER.map((key) => `${MARKS[key]} ${say(key)}`).join(say("page_list_comma"))}${say("page_stop")}` : ""}${say("page_scorecard_note")}${visible().length > WIDE ? say("page_few_note", { most: WIDE }) : ""}` };
}

function slackText(clause) {
  const own = focus().clauses.find((other) => other.id === clause.id);
  return own && own.slack !== null && own.asked !== null ? clauseValue(own.slack, own) : "–";
}

function allClauses(items) {
  const found = new Map();
  for (const item of [focus(), ...items]) for (const clause of item.clauses) if (!found.has(clause.id)) found.set(clause.id, clause);
  return [...found.values()];
}

function scoreCells(item, clause, asked, short) {
  const own = item.clauses.find((other) => other.id === clause.id);
  if (!own) return short ? ["–"] : ["–", say("page_not_applied")];
  const other = own.asked === null ? "–" : `${own.upper ? "≤" : "≥"} ${clauseValue(own.asked, own)}`;
  const reached = clauseValue(own.reached, own);
  const differs = [own.year === clause.year ? "" : String(own.year), other === asked ? "" : say("page_asked_here", { asked: other })].filter(Boolean).join(say("page_comma"));
  const remark = differs ? el("span", { class: "delta" }, differs) : null;
  if (short) return [el("span", {}, el("span", { class: `state ${own.state}`, title: `${say(own.state)}${say("page_comma")}${other}` }, own.reached === null ? say(own.state) : `${MARKS[own.state]} ${reached}`), remark)];
  return [remark ? el("span", { "data-plain": reached }, reached, remark) : reached,
    el("span", { class: `state ${own.state}` }, say(own.state))];
}

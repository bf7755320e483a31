// Try a lever: fields with units and values of the chosen scenario; solving, its progress, and what becomes of the result.
const trial = { base: "", forms: new Map(), edits: {}, open: new Set(["caps"]), jobs: [], mine: new Set(), shown: new Set(), title: "", wrong: new Set() };
let source = null;

const CLAUSE_LEVERS = ["caps", "target_values", "benchmark_shares", "utilisation_floors", "production_floors", "short_process_shares", "green_power_shares", "energy_intensity"];
const form = () => trial.forms.get(trial.base);

function keepEdits() {
  const parts = Object.entries(trial.edits).filter(([, text]) => text !== "");
  state.x = parts.length ? JSON.stringify([trial.base, Object.fromEntries(parts)]) : "";
  if (IDS.length) writeState();
}

function readEdits() {
  try {
    const [base, edits] = JSON.parse(state.x);
    if (typeof base === "string" && edits && typeof edits === "object") {
      trial.base = base;
      trial.edits = Object.fromEntries(Object.entries(edits).map(([key, text]) => [key, String(text)]));
    }
  } catch { trial.edits = {}; }
}

async function readForm() {
  if (!trial.base) trial.base = library.scenarios.includes("plan") ? "plan" : library.scenarios[0] || "plan";
  if (!form()) trial.forms.set(trial.base, await ask(`fields?base=${encodeURIComponent(trial.base)}`));
}

// "1500", or "2025: 1500, 2030: 1400"; undefined: neither
function askedAmount(text) {
  const year = /^\s*((?:19|20)\d\d)\s*[:：]\s*(-?[\d.]+(?:e-?\d+)?)\s*$/i;
  if (/[:：]/.test(text)) {
    const parts = text.split(/[,，;；]/).map((part) => year.exec(part));
    return parts.every((part) => part && Number.isFinite(Number(part[2]))) ? Object.fromEntries(parts.map((part) => [part[1], Number(part[2])])) : undefined;
  }
  const plain = text.replace(/[,，\s]/g, "");
  return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : undefined;
}

// the settings that the fields say, and the fields that say nothing readable
function settingsOf() {
  const settings = {};
  const wrong = [];
  for (const [key, text] of Object.entries(trial.edits)) {
    if (text === "") continue;
    const [kind, lever, subject] = key.split("|");
    if (kind === "choice") settings[lever] = lever === "objectives" ? text.split(",") : text;
    else if (kind === "path") (settings.paths ??= {})[lever] = text;
    else {
      const value = kind === "switch" ? text === "on" : askedAmount(text);
      if (value === undefined) { wrong.push(key); continue; }
      if (kind === "switch" && (settings[lever] || {})[subject] !== undefined && value) continue;
      if (kind === "field" && trial.edits[`switch|${lever}|${subject}`] === "off") continue;
      if (kind === "budget" || kind === "solver") (settings[kind] ??= {})[lever] = kind === "solver" && lever === "gap" ? value / 100 : value;
      else if (subject) (settings[lever] ??= {})[subject] = value;
      else settings[lever] = value;
    }
  }
  if (settings.solver?.gap !== undefined) settings.solver.gaps = { emissions: settings.solver.gap };
  return { settings, wrong };
}

function amountText(amount) {
  if (amount === null || amount === undefined) return "";
  if (typeof amount === "boolean") return say(amount ? "explore_on" : "explore_off");
  if (typeof amount === "number") return number(amount, Math.abs(amount) >= 1000 || Number.isInteger(amount) ? 0 : 3).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
  const years = Object.keys(amount).sort();
  const inside = years.filter((year) => Number(year) <= final(form().years));
  const ends = [...new Set([inside[0] ?? years[0], final(inside.length ? inside : years)])];
  return ends.map((year) => (year === "0" ? amountText(amount[year]) : say("explore_in_year", { value: amountText(amount[year]), year }))).join(" → ");
}

function edit(key, text) {
  trial.edits[key] = text;
  if (text === "") delete trial.edits[key];
  trial.wrong.delete(key);
  keepEdits();
  const count = Object.keys(trial.edits).length;
  const told = document.getElementById("trial-count");
  if (told) told.textContent = say(count ? "explore_changes" : "explore_no_changes", { count });
}

function box(key, name, hint) {
  return el("input", { type: "text", inputmode: "decimal", id: `edit-${key}`, value: trial.edits[key] || "", placeholder: hint, "aria-label": name, "aria-invalid": trial.wrong.has(key) ? "true" : null,
    class: "amount", onchange: (event) => { edit(key, event.target.value.trim()); event.target.removeAttribute("aria-invalid"); } });
}

function options(key, name, values) {
  return el("select", { id: `edit-${key}`, "aria-label": name, onchange: (event) => edit(key, event.target.value) },
    values.map(([value, text]) => el("option", { value, selected: (trial.edits[key] || "") === value }, text)));
}

const leverTitle = (lever) => say(`explore_lever_${lever}`);

function fieldRow(field) {
  const name = pick(field.name) || leverTitle(field.lever);
  const set = field.said !== null && field.said !== undefined && !(typeof field.said === "object" && !Object.keys(field.said).length);
  const off = field.said === false || (!set && field.active === false);
  const hint = amountText(set && typeof field.said !== "boolean" ? field.said : field.values);
  const range = field.low !== null && field.high !== null && field.low < field.high ? say("explore_range", { low: amountText(field.low), high: amountText(field.high) }) : "";
  const clause = CLAUSE_LEVERS.includes(field.lever);
  const switches = [["", say(off ? "explore_default_off" : "explore_default_on")], ["on", say("explore_on")], ["off", say("explore_off")]];
  return { cells: [name, clause ? options(`switch|${field.lever}|${field.subject}`, `${name} ${say("explore_in_force")}`, switches) : "", box(`field|${field.lever}|${field.subject}`, name, ""), pick(field.unit), `${hint}${range}`] };
}

const FIRST_LEVERS = ["caps", "target_values", "replacement_ratios", "supply", "carbon_price", "staggered_days"];

// a group of levers that opens and closes; its inside is made when it is first opened
function leverGroup(id, heading, about, changes, inside_) {
  const part = el("details", { class: "lever", id: `lever-${id}`, open: trial.open.has(id) }, el("summary", {}, heading, changes ? el("span", { class: "delta" }, ` ${say("explore_changes", { count: changes })}`) : null), about ? el("p", { class: "note" }, about) : null);
  const filled = () => { if (!part.dataset.filled) { part.dataset.filled = "yes"; part.append(inside_()); } };
  part.addEventListener("toggle", () => { if (part.open) { trial.open.add(id); filled(); } else trial.open.delete(id); });
  if (trial.open.has(id)) filled();
  return part;
}

const changesOf = (test) => Object.keys(trial.edits).filter((key) => test(...key.split("|"))).length;

function leverTable(lever) {
  const rows = form().fields.filter((field) => field.lever === lever);
  const columns = [say("page_item"), CLAUSE_LEVERS.includes(lever) ? say("explore_in_force") : "", say("explore_new_value"), say("page_unit"), say("explore_now")].map((name) => ({ name }));
  return leverGroup(lever, leverTitle(lever), say(`key_${lever}`).split(/[；;]/)[0], changesOf((kind, own) => own === lever && ["field", "switch"].includes(kind)), () => tableOf(columns, rows.map(fieldRow), leverTitle(lever)));
}

// the levers that a plan turns on first, then the others
function leverGroups() {
  const levers = [...new Set(form().fields.map((field) => field.lever))];
  const first = FIRST_LEVERS.filter((lever) => levers.includes(lever));
  const rest = levers.filter((lever) => !first.includes(lever));
  const changed = changesOf((kind, lever) => rest.includes(lever));
  return [...first.slice(0, 4).map(leverTable), pathsGroup(), ...first.slice(4).map(leverTable), budgetGroup(), goalsGroup(),
    leverGroup("rest", say("explore_more_levers", { count: rest.length }), "", changed, () => el("div", { class: "levers" }, rest.map(leverTable)))];
}

const asIs = (text) => ["", say("explore_as_is", { value: text || "–" })];
const labelled = (name, control) => el("label", {}, `${name} `, control);
const chosen = (parts) => el("div", { class: "choices" }, parts);

function pathsGroup() {
  const found = form();
  const named = (value) => (value && DATA.texts[`future_${value}`] ? `${say(`future_${value}`)}${state.l === "zh" ? "" : " "}${say("page_brackets", { inside: value })}` : value);
  const parts = () => Object.entries(found.paths).map(([subject, choice]) => {
    const name = subject === "carbon" ? leverTitle("carbon_price") : pick(LIVE.paths[subject] || [subject, subject]);
    return labelled(say("explore_path", { name }), options(`path|${subject}|`, name, [asIs(named(choice.said)), ...choice.values.filter((value) => value !== choice.said).map((value) => [value, named(value)])]));
  });
  return leverGroup("paths", say("explore_paths"), say("explore_paths_about"), changesOf((kind) => kind === "path"), () => chosen(parts()));
}

function budgetGroup() {
  const found = form();
  const parts = () => ["yearly", "total"].map((part) => labelled(say(`explore_budget_${part}`), box(`budget|${part}|`, say(`explore_budget_${part}`), amountText(found.budget[part]) || say("explore_no_limit"))));
  return leverGroup("budget", say("explore_budget"), say("explore_budget_about"), changesOf((kind) => kind === "budget"), () => chosen(parts()));
}

function goalsGroup() {
  const found = form();
  const named = { boundary: (value) => spoken("row_", value), targets: (value) => say(`explore_targets_${value}`), objectives: (value) => value.split(",").map((goal) => say(`goal_${goal}`)).join(" → ") };
  const parts = () => [...Object.entries(found.choices).map(([key, choice]) => labelled(say(`explore_choice_${key}`),
    options(`choice|${key}|`, say(`explore_choice_${key}`), [asIs(named[key](choice.said)), ...choice.values.filter((value) => value !== choice.said).map((value) => [value, named[key](value)])]))),
  labelled(say("explore_gap"), box("solver|gap|", say("explore_gap"), amountText(100 * found.solver.gap))), labelled(say("explore_time"), box("solver|time_limit|", say("explore_time"), amountText(found.solver.time_limit)))];
  return leverGroup("choices", say("explore_choices"), "", changesOf((kind) => ["choice", "solver"].includes(kind)), () => chosen(parts()));
}

async function changeBase(base) {
  const before = trial.base;
  trial.base = base;
  try { await readForm(); } catch (error) { trial.base = before; complain(error); }
  keepEdits();
  redraw("trial", trialView);
}

async function solve() {
  const { settings, wrong } = settingsOf();
  trial.wrong = new Set(wrong);
  if (wrong.length) {
    note([say("explore_unreadable_fields", { fields: wrong.map((key) => leverName(key)).join(say("page_list_comma")) })]);
    redraw("trial", trialView);
    return;
  }
  await submit(trial.base, settings, trial.title || summary());
}

function leverName(key) {
  const [kind, lever, subject] = key.split("|");
  if (kind === "choice") return say(`explore_choice_${lever}`);
  if (kind === "path") return say("explore_path", { name: lever === "carbon" ? leverTitle("carbon_price") : pick(LIVE.paths[lever] || [lever, lever]) });
  if (kind === "budget") return say(`explore_budget_${lever}`);
  if (kind === "solver") return say(lever === "gap" ? "explore_gap" : "explore_time");
  const field = form()?.fields.find((one) => one.lever === lever && one.subject === subject);
  return (field && pick(field.name)) || leverTitle(lever);
}

// a title made of what was changed, in both languages
function summary() {
  const before = state.l;
  const texts = ["zh", "en"].map((language) => {
    state.l = language;
    const parts = Object.entries(trial.edits).filter(([key]) => !key.startsWith("solver")).map(([key, text]) => `${leverName(key)} ${["on", "off"].includes(text) ? say(`explore_${text}`) : text}`);
    return parts.slice(0, 3).join(say("page_list_comma")) + (parts.length > 3 ? "…" : "");
  });
  state.l = before;
  return texts;
}

async function submit(base, settings, name) {
  try {
    const answer = await ask("trials", { base, settings, title: name });
    trial.mine.add(answer.name);
    trial.title = "";
    listen();
  } catch (error) { complain(error, say("explore_not_started")); }
}

function trialView() {
  const view = { id: "trial", title: say("explore_trial_title"), unit: say("explore_trial_unit") };
  if (!form()) return { ...view, body: [el("p", {}, say("explore_loading")), jobsPart()] };
  const count = Object.keys(trial.edits).length;
  const base = el("label", {}, `${say("explore_base")} `, el("select", { id: "trial-base", onchange: (event) => changeBase(event.target.value) },
    library.scenarios.map((name) => el("option", { value: name, selected: name === trial.base }, SCENARIOS.has(name) ? `${name} ${say("page_brackets", { inside: title(name) })}` : name))));
  const name = el("label", {}, `${say("explore_name")} `, el("input", { type: "text", id: "trial-title", maxlength: 120, value: trial.title, placeholder: say("explore_name_hint"), oninput: (event) => { trial.title = event.target.value; } }));
  return { ...view, controls: [base, name, el("button", { type: "button", id: "solve", class: "main", onclick: solve }, say("explore_solve")),
    el("button", { type: "button", onclick: () => { trial.edits = {}; trial.wrong.clear(); keepEdits(); redraw("trial", trialView); } }, say("explore_reset")),
    el("span", { id: "trial-count" }, say(count ? "explore_changes" : "explore_no_changes", { count }))],
  body: [jobsPart(), el("div", { class: "levers" }, leverGroups())], note: say("explore_trial_note") };
}

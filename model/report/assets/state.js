// What the page shows: the document of results, the chosen language and scenarios, numbers and words. State stands in the address.
const DATA = JSON.parse(await unpacked(document.getElementById("payload").textContent));
const SCENARIOS = new Map(DATA.scenarios.map((scenario) => [scenario.id, scenario]));
const IDS = [...SCENARIOS.keys()];
const SCOPES = ["scope1", "scope12", "scope12_imports"];
const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B37700", "#56B4E9", "#000000"];
const DASHES = [[1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [5, 5], [12, 4], [3, 6]];
const OTHER = "#8A8F98";
const SECTORS = {
  steel: "#0072B2", cement: "#8C8C8C", aluminium: "#E69F00", alumina: "#F0E442", recycled_aluminium: "#CC79A7", glass: "#56B4E9",
  segments: "#009E73", imports: "#D55E00",
};
const GRADES = { A: "#00593F", B: "#009E73", C: "#56B4E9", D: "#E69F00", E: "#A6A6A6", "": "#E5E7EB" };
// unit -> factor from model units and decimals, per language; names stand in the catalogue
const SCALES = {
  carbon: { zh: [1, 0], en: [0.01, 1] }, money: { zh: [1, 1], en: [0.1, 1] }, energy: { zh: [1, 0], en: [0.01, 2] },
  mass: { zh: [1, 0], en: [0.01, 2] }, percent: { zh: [100, 1], en: [100, 1] }, count: { zh: [1, 0], en: [1, 0] },
};

const state = {};
// further parts of the state that other scripts keep in the address
const KEPT = [];

function known(name, allowed, fallback) {
  return allowed.includes(name) ? name : fallback;
}

function readState() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const browser = (navigator.language || "").toLowerCase().startsWith("zh") ? "zh" : "en";
  state.l = known(asked.get("l"), ["zh", "en"], document.documentElement.dataset.language || browser);
  const shown = (asked.get("s") || "").split(",").filter((id) => SCENARIOS.has(id));
  state.s = shown.length ? shown : [...IDS];
  state.r = known(asked.get("r"), IDS, IDS[0]);
  state.f = known(asked.get("f"), IDS, IDS[IDS.length - 1]);
  state.b = known(asked.get("b"), SCOPES, SCENARIOS.get(state.f).boundary);
  state.y = Number(asked.get("y")) || lastYear();
  state.g = asked.get("g") || "";
  state.d = asked.get("d") !== "0";
  state.t = new Set((asked.get("t") || "").split(",").filter(Boolean));
  for (const key of KEPT) state[key] = asked.get(key) || "";
  for (const id of [state.r, state.f]) if (!state.s.includes(id)) state.s.push(id);
  state.s.sort((a, b) => IDS.indexOf(a) - IDS.indexOf(b));
}

function writeState() {
  const parts = { l: state.l, s: state.s.length < IDS.length ? state.s.join(",") : "", r: state.r, f: state.f, b: state.b,
    y: state.y === lastYear() ? "" : state.y, g: state.g, d: state.d ? "" : "0", t: [...state.t].join(","), ...Object.fromEntries(KEPT.map((key) => [key, state[key] || ""])) };
  const text = Object.entries(parts).filter(([, value]) => value !== "").map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
  history.replaceState(null, "", `#${text}`);
}

const pick = (pair) => pair[state.l === "zh" ? 0 : 1];
const title = (id) => pick(SCENARIOS.get(id).title);

function say(key, values = {}) {
  const pair = DATA.texts[key];
  if (!pair) throw new Error(`no text for ${key}`);
  return pick(pair).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function spoken(prefix, name) {
  return DATA.texts[prefix + name] ? say(prefix + name) : name;
}

function nameOf(kind, id) {
  const plain = id.split("@")[0];
  return DATA.names[kind][plain] ? pick(DATA.names[kind][plain]) : plain;
}

const unit = (kind) => say("page_unit_" + kind);
const perYear = () => say("page_per_year", { unit: unit("carbon") });
const scaled = (value, kind) => (value === null ? null : value * SCALES[kind][state.l][0]);

function number(value, digits) {
  return value === null || value === undefined ? "–"
    : new Intl.NumberFormat(state.l === "zh" ? "zh-CN" : "en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits })
      .format(Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value).replace("-", "−");
}

const shown = (value, kind) => number(scaled(value, kind), SCALES[kind][state.l][1]);

function signed(value, kind) {
  const text = shown(Math.abs(value), kind);
  return value > 0 && text !== shown(0, kind) ? `+${text}` : value < 0 && text !== shown(0, kind) ? `−${text}` : text;
}

const base = () => SCENARIOS.get(state.r);
const focus = () => SCENARIOS.get(state.f);
const visible = () => state.s.map((id) => SCENARIOS.get(id));
const final = (series) => series[series.length - 1];
const finalYear = (scenario) => final(scenario.years);

// the last year that every shown scenario has
function lastYear() {
  const common = focusYears();
  return final(common);
}

function focusYears() {
  const shownIds = state.s && state.s.length ? state.s : IDS;
  return SCENARIOS.get(shownIds[0]).years.filter((year) => shownIds.every((id) => SCENARIOS.get(id).years.includes(year)));
}

const at = (scenario, series, year) => series[scenario.years.indexOf(year)];
const colourOf = (id) => (IDS.length <= COLOURS.length || [state.r, state.f].includes(id) ? COLOURS[IDS.indexOf(id) % COLOURS.length] : OTHER);
const dashOf = (id) => (id === state.f ? [1, 0] : id === state.r ? [2, 3] : DASHES[1 + (IDS.indexOf(id) % (DASHES.length - 1))]);

function same(one, other) {
  return one.id !== other.id && one.years.length === other.years.length
    && one.emissions[state.b].every((value, place) => Math.abs(value - other.emissions[state.b][place]) <= 1e-6 * Math.abs(value));
}

// a scenario's name as shown beside a line: reference, status and whether it lies on the reference
function label(scenario) {
  const marks = [];
  if (scenario.id === state.r && IDS.length > 1) marks.push(say("page_is_base"));
  if (same(scenario, base())) marks.push(say("page_equals_base"));
  if (!scenario.run.optimal) marks.push(say("page_gap_short", { gap: gapText(scenario) }));
  return marks.length ? `${pick(scenario.title)}${state.l === "zh" ? "" : " "}${say("page_brackets", { inside: marks.join(say("page_comma")) })}` : pick(scenario.title);
}

// how far from the best its emissions may be; without such a stage the widest gap of all
function gapText(scenario) {
  const about = scenario.run.stages.filter((stage) => stage.goal === "emissions");
  return `${number(100 * Math.max(...(about.length ? about : scenario.run.stages).map((stage) => stage.gap)), 2)}\u00a0%`;
}

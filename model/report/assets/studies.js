// Studies that somebody has run for the focus: trade-offs, what each clause is worth, what all good plans share; and how to run the others.
const playerName = (player) => (DATA.texts[`player_${player.id}`] ? say(`player_${player.id}`) : pick(DATA.clauses[player.id].name));
const POINTS = ["page_point_supported", "page_point_other", "page_point_own"];

function frontView(axis, own) {
  const study = focus().studies[axis === "cost" ? "tradeoff" : "output"];
  if (!study) return null;
  const kinds = POINTS.map((key) => say(key));
  const values = study.points.map((point, place) => ({ place, x: scaled(point[axis], "money"), emissions: scaled(point.emissions, "carbon"), kind: kinds[point.supported ? 0 : 1] }));
  if (own) values.push({ x: scaled(own.x, "money"), emissions: scaled(own.emissions, "carbon"), kind: kinds[2] });
  const used = kinds.filter((kind) => values.some((row) => row.kind === kind));
  const style = (range) => ({ domain: used, range: used.map((kind) => range[kinds.indexOf(kind)]) });
  const names = [`${say(`page_${axis}_sum`)}${say("page_comma")}${unit("money")}`, `${say("page_emissions_sum")}${say("page_comma")}${unit("carbon")}`];
  const scale = (field, name) => ({ field, type: "quantitative", title: name, scale: { zero: false, padding: 20 }, axis: { tickCount: 6 } });
  const spec = (width) => ({ width: width - 90, height: 300, data: { values }, encoding: { x: scale("x", names[0]), y: scale("emissions", names[1]) }, layer: [
    { transform: [{ filter: { field: "kind", oneOf: kinds.slice(0, 2) } }], mark: { type: "line", color: "#6B7280", strokeDash: [3, 3], tooltip: null } },
    { mark: { type: "point", filled: true, size: 90, opacity: 1, cursor: HOOKS.point ? "pointer" : "default" }, encoding: { color: { field: "kind", type: "nominal", scale: style(["#0072B2", "#D55E00", "#000000"]), legend: { title: null, orient: "bottom" } },
      shape: { field: "kind", type: "nominal", scale: style(["circle", "square", "diamond"]) }, tooltip: [{ field: "x", title: names[0], format: ",.2f" }, { field: "emissions", title: names[1], format: ",.3f" }, { field: "kind", title: say("page_state") }] } },
  ] });
  return { id: axis === "cost" ? "tradeoff" : "output", width: "half", title: say(`page_${axis}_front`, { focus: title(state.f) }), unit: say(study.exact ? "page_tradeoff_exact" : "page_tradeoff_sketch", { within: study.exact ? `${number(100 * study.within, 4)} %` : `${number(scaled(study.within, "carbon"), SCALES.carbon[state.l][1] + 1)} ${unit("carbon")}` }), height: 380,
    charts: (width) => [{ spec: spec(width), click: HOOKS.point && ((datum) => datum.place !== undefined && HOOKS.point(axis, datum.place)) }], ...(HOOKS.point ? { controls: study.points.map((_, place) => el("button", { type: "button", class: "tool", onclick: () => HOOKS.point(axis, place) }, say("page_point", { number: place + 1 }))) } : {}),
    columns: [{ name: say("page_point_number"), right: true }, { name: names[0], right: true }, { name: names[1], right: true }, { name: say("page_state") }], rows: values.map((row) => ({ cells: [row.place === undefined ? "–" : String(row.place + 1), number(row.x, 2), number(row.emissions, 3), row.kind] })),
    note: `${say("page_tradeoff_note")}${HOOKS.point ? say("page_point_note") : ""}` };
}

function tradeoffView() {
  const stage = (goal) => focus().run.stages.find((item) => item.goal === goal);
  return frontView("cost", stage("cost") && stage("emissions") ? { x: stage("cost").value, emissions: stage("emissions").value } : null);
}

function outputView() {
  const emissions = focus().run.stages.find((item) => item.goal === "emissions");
  return frontView("output", emissions ? { x: summed(focus(), focus().output), emissions: emissions.value } : null);
}

const clauseButton = (id) => el("button", { type: "button", class: "link", onclick: () => clauseDialog(focus().clauses.find((clause) => clause.id === id) || { id, asked: null }) }, pick(DATA.clauses[id].name));

function pricesView() {
  const prices = focus().studies.prices;
  if (!prices.length) return null;
  const rows = prices.map((row) => ({ cells: [clauseButton(row.id), pick(DATA.clauses[row.id].unit), number(row.dual, 0), number(row.step, 1), number(row.down, 0), number(row.up, 0)] }));
  return { id: "prices", title: say("page_prices_title", { focus: title(state.f) }), unit: say("page_prices_unit"),
    columns: ["page_clause", "page_unit", "page_dual", "page_step", "page_down", "page_up"].map((key, place) => ({ name: say(key), right: place > 1, still: place === 1 })), rows, note: say("page_prices_note") };
}

// which group of clauses brought how many tonnes, one bar each, with what the solver or the draws leave open
function shapleyView() {
  const studies = focus().studies.shapley;
  if (!studies.length) return null;
  const finely = (value) => number(scaled(value, "carbon"), SCALES.carbon[state.l][1] + 2);
  const signedly = (value) => `${value > 0 ? "+" : ""}${finely(value)}`;
  const heading = (study) => [say(`page_shapley_${study.lead}`), ...(study.held ? [say("page_shapley_held")] : []), ...(study.sampled ? [say("page_shapley_sampled")] : [])].join(say("page_comma"));
  const sum = (study) => say("page_shapley_sum", { nothing: finely(study.nothing), all: finely(study.all), change: signedly(study.all - study.nothing), unit: unit("carbon") });
  const spec = (study, width) => {
    const values = study.players.map((player) => ({ name: playerName(player), value: scaled(player.value, "carbon"), low: scaled(player.low, "carbon"), high: scaled(player.high, "carbon"), text: signedly(player.value), kind: player.value < 0 ? "less" : "more" }));
    const edges = [0, ...values.flatMap((row) => [row.low, row.high])];
    const room = 0.15 * (Math.max(...edges) - Math.min(...edges) || 1);
    return { width: Math.max(140, width - 215), height: { step: 30 }, data: { values }, encoding: { y: { field: "name", type: "nominal", sort: values.map((row) => row.name), title: null, axis: { labelLimit: 180, domain: false, ticks: false } } }, layer: [
      { mark: { type: "bar", height: 16 }, encoding: { x: { field: "value", type: "quantitative", title: unit("carbon"), axis: { tickCount: 5 }, scale: { domain: [Math.min(...edges) - room, Math.max(...edges) + room] } },
        color: { field: "kind", type: "nominal", scale: { domain: ["less", "more"], range: ["#009E73", "#D55E00"] }, legend: null }, tooltip: [{ field: "name", title: say("page_clause") }, { field: "text", title: unit("carbon") }] } },
      { mark: { type: "rule", color: "#1F2937", strokeWidth: 2 }, encoding: { x: { field: "low", type: "quantitative" }, x2: { field: "high" } } },
      { transform: [{ filter: "datum.value >= 0" }], mark: { type: "text", align: "left", dx: 6 }, encoding: { x: { field: "high", type: "quantitative" }, text: { field: "text" } } },
      { transform: [{ filter: "datum.value < 0" }], mark: { type: "text", align: "right", dx: -6 }, encoding: { x: { field: "low", type: "quantitative" }, text: { field: "text" } } } ] };
  };
  const rows = studies.flatMap((study) => study.players.map((player) => ({ cells: [heading(study), playerName(player), player.clauses.map((id) => pick(DATA.clauses[id].name)).join(say("page_list_comma")), finely(player.value), `${finely(player.low)} … ${finely(player.high)}`] })));
  return { id: "shapley", title: say("page_shapley_title", { focus: title(state.f) }), unit: `${unit("carbon")}${say("page_comma")}${say("page_shapley_unit")}`, body: studies.map((study) => el("p", {}, `${heading(study)}${say("page_colon")}${sum(study)}`)),
    charts: (width) => studies.map((study) => ({ title: studies.length > 1 ? heading(study) : "", spec: spec(study, width) })), height: 200,
    columns: [{ name: say("page_shapley_study") }, { name: say("page_shapley_group") }, { name: say("page_clause") }, { name: unit("carbon"), right: true }, { name: say("page_open_range"), right: true }], rows, note: say("page_shapley_note") };
}

function alternativesView() {
  const study = focus().studies.alternatives;
  if (!study) return null;
  const order = ["must", "always_so_far", "may"];
  const sorted = [...study.decisions].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict) || b.share - a.share);
  const rows = sorted.map((row) => ({ cells: [lineName(row.line), nameOf(row.kind === "measure" ? "measure" : "arc", row.what), say(`verdict_${row.verdict}`), bar(row.share)] }));
  return { id: "alternatives", title: say("page_alternatives_title", { focus: title(state.f) }), unit: say(study.complete ? "page_alternatives_complete" : "page_alternatives_open", { goal: say(`goal_${study.goal}`), within: `${number(100 * study.within, 1)} %`, plans: number(study.plans, 0) }),
    columns: ["page_line", "page_decision", "page_verdict", "page_share_of_plans"].map((key, place) => ({ name: say(key), still: place > 1 })), rows, long: true, note: say("page_alternatives_note", { never: number(study.never, 0) }) };
}

// what nobody has run yet for the focus, with what to type
function moreView() {
  const { studies } = focus();
  const commands = [["tradeoff", "frontier {name}"], ["output", "frontier {name} --against output"], ["prices", "prices {name}"], ["shapley", "shapley {name}"], ["alternatives", "alternatives {name} --within 1%"]];
  const missing = commands.filter(([key]) => !studies[key] || studies[key].length === 0);
  if (!missing.length || !HOOKS.kept(state.f)) return null;
  return { id: "more", title: say("page_more_title", { focus: title(state.f) }), columns: [{ name: say("page_more_what") }, { name: say("page_more_type") }],
    rows: missing.map(([key, command]) => ({ cells: [say(`page_more_${key}`), el("code", {}, `python run.py ${command.replace("{name}", state.f)}`)] })), note: say("page_more_note") };
}

// Studies that somebody has run for the focus: the trade-off of emissions against cost, and what each clause is worth.
function tradeoffView() {
  const study = focus().studies.tradeoff;
  if (!study) return null;
  const stage = (goal) => focus().run.stages.find((item) => item.goal === goal);
  const kinds = [say("page_point_supported"), say("page_point_other"), say("page_point_own")];
  const values = study.points.map((point) => ({ cost: scaled(point.cost, "money"), emissions: scaled(point.emissions, "carbon"), kind: kinds[point.supported ? 0 : 1] }));
  if (stage("cost") && stage("emissions")) values.push({ cost: scaled(stage("cost").value, "money"), emissions: scaled(stage("emissions").value, "carbon"), kind: kinds[2] });
  const axis = (field, name) => ({ field, type: "quantitative", title: name, scale: { zero: false, padding: 20 } });
  const names = [`${say("page_cost_sum")}${say("page_comma")}${unit("money")}`, `${say("page_emissions_sum")}${say("page_comma")}${unit("carbon")}`];
  const spec = (width) => ({ width: width - 90, height: 300, data: { values }, encoding: { x: axis("cost", names[0]), y: axis("emissions", names[1]) }, layer: [
    { transform: [{ filter: { field: "kind", oneOf: kinds.slice(0, 2) } }], mark: { type: "line", color: "#6B7280", strokeDash: [3, 3], tooltip: null } },
    { mark: { type: "point", filled: true, size: 90, opacity: 1 }, encoding: { color: { field: "kind", type: "nominal", scale: { domain: kinds, range: ["#0072B2", "#D55E00", "#000000"] }, legend: { title: null, orient: "bottom" } },
      shape: { field: "kind", type: "nominal", scale: { domain: kinds, range: ["circle", "square", "diamond"] } }, tooltip: [{ field: "cost", title: names[0], format: ",.2f" }, { field: "emissions", title: names[1], format: ",.3f" }, { field: "kind", title: say("page_state") }] } },
  ] });
  return { id: "tradeoff", width: "half", title: say("page_tradeoff_title", { focus: title(state.f) }), unit: say(study.exact ? "page_tradeoff_exact" : "page_tradeoff_sketch"), charts: (width) => [{ spec: spec(width) }], height: 380,
    columns: [{ name: names[0], right: true }, { name: names[1], right: true }, { name: say("page_state") }], rows: values.map((row) => ({ cells: [number(row.cost, 2), number(row.emissions, 3), row.kind] })), note: say("page_tradeoff_note") };
}

function pricesView() {
  const prices = focus().studies.prices;
  if (!prices.length) return null;
  const rows = prices.map((row) => ({ cells: [el("button", { type: "button", class: "link", onclick: () => clauseDialog(focus().clauses.find((clause) => clause.id === row.id) || { id: row.id, asked: null }) }, pick(DATA.clauses[row.id].name)),
    pick(DATA.clauses[row.id].unit), number(row.dual, 0), number(row.step, 1), number(row.down, 0), number(row.up, 0)] }));
  return { id: "prices", width: focus().studies.tradeoff ? "half" : "wide", title: say("page_prices_title", { focus: title(state.f) }), unit: say("page_prices_unit"),
    columns: ["page_clause", "page_unit", "page_dual", "page_step", "page_down", "page_up"].map((key, place) => ({ name: say(key), right: place > 1, still: place === 1 })), rows, note: say("page_prices_note") };
}

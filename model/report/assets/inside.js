// Windows over the page: a line with its emission and cost paths and what studies say of it, and a district with its plants.
const COSTS = { capital: "#332288", fixed: "#8C8C8C", variable: "#56B4E9", energy: "#D55E00", feedstock: "#E69F00", carbon: "#009E73" };
let windowCharts = [];

async function drawInside(place, spec, name) {
  const holder = el("div", { class: "chart", role: "img", "aria-label": name });
  place.append(el("div", {}, el("h3", {}, name), holder));
  windowCharts.push((await embed(holder, spec)).view);
}

document.getElementById("dialog").addEventListener("close", () => {
  for (const view of windowCharts) view.finalize();
  windowCharts = [];
});

// the line's emissions in base and focus, and what it costs in the focus
async function drawLine(place, id) {
  const items = [...new Set([base(), focus()])].filter((item) => item.lines[id]);
  const years = focus().years;
  const x = { field: "year", type: "quantitative", axis: yearAxis(years), scale: { domain: [years[0], final(years)], nice: false } };
  const width = Math.max(200, Math.min(330, innerWidth - 260));
  const legend = { title: null, orient: "bottom", columns: width < 300 ? 2 : 3, labelLimit: 150 };
  const named = items.length > 1 ? { ...legend, columns: 1, labelLimit: width } : null;
  const emissions = items.flatMap((item) => item.years.map((year, at_) => ({ year, name: label(item), value: scaled(item.lines[id].emission[at_], "carbon") })));
  await drawInside(place, { width, height: 150, data: { values: emissions }, mark: { type: "line", point: true }, encoding: { x, y: { field: "value", type: "quantitative", title: perYear(), axis: { tickCount: 4 } },
    color: { field: "name", type: "nominal", scale: { domain: items.map(label), range: items.map((item) => colourOf(item.id)) }, legend: named },
    strokeDash: { field: "name", type: "nominal", scale: { domain: items.map(label), range: items.map((item) => dashOf(item.id)) }, legend: named },
    tooltip: [{ field: "name", title: say("page_scenario") }, { field: "year", title: say("page_year") }, { field: "value", title: unit("carbon"), format: ",.3f" }] } }, say("page_line_emissions"));
  const { cost } = focus().lines[id];
  const items_ = Object.keys(cost);
  const costs = items_.flatMap((item) => years.map((year, at_) => ({ year: String(year), item: say(`cost_${item}`), order: items_.indexOf(item), value: scaled(cost[item][at_], "money") })));
  if (costs.length) await drawInside(place, { width, height: 150, data: { values: costs }, mark: { type: "bar" }, encoding: { x: { field: "year", type: "ordinal", axis: { title: null, labelAngle: 0 } },
    y: { field: "value", type: "quantitative", title: `${unit("money")}`, axis: { tickCount: 4 } }, order: { field: "order" },
    color: { field: "item", type: "nominal", scale: { domain: items_.map((item) => say(`cost_${item}`)), range: items_.map((item) => COSTS[item]) }, legend },
    tooltip: [{ field: "item", title: say("page_item") }, { field: "year", title: say("page_year") }, { field: "value", title: unit("money"), format: ",.3f" }] } }, say("page_line_costs"));
}

// what the studies of the focus say of the line, and how to ask why it does what it does
function lineStudies(id) {
  const found = [];
  const name = (act) => nameOf(act.kind === "retrofit" || act.kind === "measure" ? "measure" : "arc", act.what);
  const shared = focus().studies.alternatives;
  for (const row of shared ? shared.decisions.filter((one) => one.line === id) : []) found.push([name(row), say("page_line_shared", { verdict: say(`verdict_${row.verdict}`), share: share(row.share), plans: number(shared.plans, 0) })]);
  const known = focus().futures;
  for (const act of known && known.solved ? known.acts.filter((one) => one.line === id) : []) found.push([name(act), say("page_line_futures", { share: share(act.share), solved: number(known.solved, 0), year: act.year })]);
  return found;
}

function lineDialog(id) {
  const line = LINES.get(id);
  const group = DATA.groups[line.group];
  const scenario = focus();
  const history = scenario.lines[id];
  if (!history) return;
  const sum = (place) => Object.values(history.cost).reduce((all, series) => all + series[place], 0);
  const columns = [{ name: say("page_year") }, { name: say("page_configuration") }, { name: say("page_new_measures") }, { name: `${say("page_listed")}${say("page_comma")}${pick(group.unit)}`, right: true },
    { name: say("page_made"), right: true }, { name: `${say("page_emissions")}${say("page_comma")}${unit("carbon")}`, right: true }, { name: `${say("page_line_cost")}${say("page_comma")}${unit("money")}`, right: true }];
  const rows = scenario.years.map((year, place) => {
    const cell = cellOf(scenario, id, place);
    return { cells: [String(year), cell.spell ? nameOf("configuration", cell.spell[0]) : "–", cell.added.map((fit) => nameOf("measure", fit[0])).join(say("page_list_comma")),
      number(history.capacity[place], 1), number(history.made[place], 1), number(scaled(history.emission[place], "carbon"), SCALES.carbon[state.l][1] + 1), number(scaled(sum(place), "money"), SCALES.money[state.l][1] + 1)] };
  });
  const charts = el("div", { class: "pair" });
  const studies = lineStudies(id);
  openDialog(pick(line.name), [[say("page_group"), pick(group.name)], [say("page_district"), line.district ? nameOf("district", line.district) : say("page_unplaced")],
    [say("page_start"), line.start ? String(line.start) : ""], [say("page_grade"), `${line.grade} ${say("page_grade_" + line.grade)}`], [say("page_source"), pick(line.source)],
    [say("page_scenario"), pick(scenario.title)]], [tableOf(columns, rows, pick(line.name)), charts, el("p", { class: "note" }, say("page_line_note")),
    ...(studies.length ? [el("h3", {}, say("page_line_studies")), el("dl", {}, studies.flatMap(([term, text]) => [el("dt", {}, term), el("dd", {}, text)]))] : []),
    ...(HOOKS.kept(state.f) ? [el("h3", {}, say("page_line_why")), el("p", { id: "why" }, say("page_line_ask"), " ", el("code", {}, `python run.py why ${id} --scenario ${state.f}`))] : [])], "broad");
  drawLine(charts, id);
  HOOKS.line(id);
}

// the plants of a district with what stands, what is emitted and what happened so far
function districtDialog(id, year) {
  const place = focus().years.indexOf(year);
  const lines = DATA.lines.filter((line) => line.district === id && focus().lines[line.id]);
  const moves = (line) => {
    const history = focus().lines[line.id];
    return [...history.stands.filter((spell) => spell[3] && spell[1] <= place).map((spell) => [spell[1], nameOf("arc", spell[4])]), ...history.fits.filter((fit) => fit[1] > 0 && fit[1] <= place).map((fit) => [fit[1], nameOf("measure", fit[0])])]
      .sort((a, b) => a[0] - b[0]).map(([at_, name]) => `${focus().years[at_]} ${name}`).join(say("page_list_comma")) || "–";
  };
  const rows = lines.filter((line) => focus().lines[line.id].capacity[place] > 0 || moves(line) !== "–").map((line) => {
    const history = focus().lines[line.id];
    return { cells: [el("button", { type: "button", class: "link", onclick: () => lineDialog(line.id) }, pick(line.name)), pick(DATA.groups[line.group].name), number(history.capacity[place], 1), pick(DATA.groups[line.group].unit), number(scaled(history.emission[place], "carbon"), SCALES.carbon[state.l][1] + 1), moves(line)] };
  });
  const columns = [{ name: say("page_line") }, { name: say("page_group") }, { name: say("page_listed"), right: true }, { name: say("page_unit"), still: true }, { name: `${say("page_emissions")}${say("page_comma")}${unit("carbon")}`, right: true }, { name: say("page_moves") }];
  openDialog(`${nameOf("district", id)}${say("page_comma")}${year}`, [], rows.length ? [tableOf(columns, rows, nameOf("district", id))] : [el("p", {}, say("page_no_plants"))], "broad");
}

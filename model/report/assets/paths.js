// Emission pathways, where the change arises, sectors side by side, and capacity against its cap.
const yearAxis = (values) => ({ values, format: "d", title: null, labelAngle: 0, grid: false, labelFlush: false });

function pathsView() {
  const items = visible();
  const values = items.flatMap((item) => item.years.map((year, place) => ({ year, value: scaled(item.emissions[state.b][place], "carbon"), name: label(item), id: item.id })));
  const years = [...new Set(values.map((row) => row.year))].sort();
  const frozen = state.b === "scope12_imports" ? focus().years.map((year, place) => ({ year, value: scaled(focus().frozen[place], "carbon"), name: say("page_frozen") })) : [];
  const names = [...items.map(label), ...(frozen.length ? [say("page_frozen")] : [])];
  const scale = { domain: names, range: [...items.map((item) => colourOf(item.id)), "#6B7280"].slice(0, names.length) };
  const dash = { domain: names, range: [...items.map((item) => dashOf(item.id)), [1, 4]].slice(0, names.length) };
  const y = { field: "value", type: "quantitative", title: perYear(), scale: { zero: true } };
  const ends = [...items.filter((item) => item !== focus()).map((item) => final(item.emissions[state.b])), ...(frozen.length ? [final(focus().frozen)] : [])];
  const lower = ends.some((end) => end > final(focus().emissions[state.b]));
  const spec = (width) => ({
    width: width - 75, height: 300, data: { values: [...values, ...frozen] },
    encoding: { x: { field: "year", type: "quantitative", axis: yearAxis(years), scale: { domain: [years[0], final(years)], nice: false } }, y,
      color: { field: "name", type: "nominal", scale, legend: { title: null, orient: "bottom", ...(items.length > COLOURS.length ? { values: names.filter((name) => [label(base()), label(focus()), say("page_frozen")].includes(name)) } : {}), columns: width > 700 ? 3 : width > 480 ? 2 : 1, symbolType: "stroke", symbolSize: 500, symbolStrokeWidth: 3 } } },
    layer: [
      { mark: { type: "line" }, encoding: { strokeDash: { field: "name", type: "nominal", scale: dash },
        strokeWidth: { condition: { test: { field: "name", equal: label(focus()) }, value: 4 }, value: 2 } } },
      { mark: { type: "point", filled: true, size: 40 }, encoding: { tooltip: [{ field: "name", title: say("page_scenario") }, { field: "year", title: say("page_year") },
        { field: "value", title: unit("carbon"), format: ",.2f" }] } },
      { transform: [{ filter: { and: [{ field: "name", equal: label(focus()) }, { field: "year", oneOf: [finalYear(focus())] }] } }],
        mark: { type: "text", dy: lower ? 16 : -12, align: "right", dx: 4, fontWeight: "bold" }, encoding: { text: { field: "value", type: "quantitative", format: state.l === "zh" ? ",.0f" : ",.1f" }, color: { value: "#1F2937" } } },
    ],
  });
  const columns = [{ name: say("page_scenario") }, ...years.map((year) => ({ name: String(year), right: true }))];
  const rowOf = (name, series, own) => ({ cells: [name, ...years.map((year) => (own.includes(year) ? shown(series[own.indexOf(year)], "carbon") : "–"))] });
  const rows = items.map((item) => rowOf(label(item), item.emissions[state.b], item.years));
  if (frozen.length) rows.push(rowOf(say("page_frozen"), focus().frozen, focus().years));
  return { id: "paths", width: "seven", title: say("page_paths_title"), unit: `${perYear()}${say("page_comma")}${scopeName()}`, columns, rows, height: 360,
    charts: (width) => [{ spec: spec(width) }], note: `${frozen.length ? say("page_paths_note") : say("page_scope_note")}${items.length > COLOURS.length ? say("page_paths_many") : ""}` };
}

function sectorName(id) {
  return ["segments", "imports"].includes(id) ? say("row_" + id) : spoken("sector_", id);
}

const PALETTE = ["#44AA99", "#882255", "#DDCC77", "#332288"];
function sectorColour(id, all) {
  return SECTORS[id] || PALETTE[all.filter((name) => !SECTORS[name]).indexOf(id) % PALETTE.length];
}

// what the boundary counts: all sectors with imports, or emission sources inside the narrower boundary
function parts(scenario) {
  if (state.b === "scope12_imports") return scenario.sectors;
  return Object.fromEntries(INSIDE[state.b].map((source) => [source, scenario.sources[source]]));
}

const partName = (id) => (state.b === "scope12_imports" ? sectorName(id) : spoken("source_", id));

// steps of a difference, from nothing to its total; least and longest frame the axis so that nothing is a bar for its own sake
function waterfallSpec(steps, width) {
  const values = [];
  let height = 0;
  for (const step of [...steps].sort((a, b) => a.change - b.change)) {
    values.push({ name: step.name, from: height, to: height + step.change, change: step.change, kind: step.change < 0 ? "less" : "more" });
    height += step.change;
  }
  values.push({ name: say("row_total"), from: 0, to: height, change: height, kind: "total" });
  const edges = values.flatMap((row) => [row.from, row.to]).map((value) => scaled(value, "carbon"));
  const [least, longest] = [Math.min(0, ...edges), Math.max(0, ...edges)];
  const rows = values.map((row) => ({ ...row, from: scaled(row.from, "carbon"), to: scaled(row.to, "carbon"), text: signed(row.change, "carbon"), edge: scaled(Math.max(row.from, row.to), "carbon") }));
  return {
    width: Math.max(120, width - 235), height: 34 * rows.length, data: { values: rows },
    encoding: { y: { field: "name", type: "ordinal", sort: rows.map((row) => row.name), axis: { title: null, labelLimit: 200, domain: false, ticks: false } } },
    layer: [
      { mark: { type: "bar", height: 20 }, encoding: { x: { field: "from", type: "quantitative", title: unit("carbon"), axis: { tickCount: 4 }, scale: { domain: [least, longest + 0.2 * (longest - least || 1)] } }, x2: { field: "to" },
        color: { field: "kind", type: "nominal", scale: { domain: ["total", "less", "more"], range: ["#4B5563", "#009E73", "#D55E00"] }, legend: null },
        tooltip: [{ field: "name", title: say("page_part") }, { field: "text", title: unit("carbon") }] } },
      { mark: { type: "text", align: "left", dx: 4 }, encoding: { x: { field: "edge", type: "quantitative" }, text: { field: "text" } } },
    ],
  };
}

function stepsView(view, steps) {
  return { ...view, charts: (width) => [{ spec: waterfallSpec(steps, width) }], height: 34 * steps.length + 80,
    columns: [{ name: say("page_part") }, { name: unit("carbon"), right: true }],
    rows: [...steps, { name: say("row_total"), change: steps.reduce((sum, step) => sum + step.change, 0) }].map((step) => ({ cells: [step.name, signed(step.change, "carbon")] })) };
}

// years after the base year that both sides of the comparison have, and the one that is looked at
const commonYears = () => base().years.slice(1).filter((year) => focus().years.includes(year));
const lastCommon = () => base().years.filter((year) => focus().years.includes(year)).pop();
const comparedYear = () => (commonYears().includes(state.y) ? state.y : final(commonYears()));

function yearSelect(years, chosen) {
  return el("label", {}, `${say("page_year")} `, el("select", { onchange: (event) => { state.y = Number(event.target.value); refresh(); } }, years.map((year) => el("option", { value: year, selected: year === chosen }, String(year)))));
}

const comparedSelect = () => (state.r === state.f ? {} : { controls: [yearSelect(commonYears(), comparedYear())] });

function waterfallView() {
  const single = state.r === state.f;
  const year = single ? finalYear(focus()) : comparedYear();
  const [first, second] = [parts(base()), parts(focus())];
  const ids = [...new Set([...Object.keys(first), ...Object.keys(second)])];
  const from = (id) => (first[id] ? (single ? first[id][0] : at(base(), first[id], year)) : 0);
  const to = (id) => (second[id] ? at(focus(), second[id], year) : 0);
  const sum = (amount) => ids.reduce((all, id) => all + amount(id), 0);
  const steps = ids.filter((id) => Math.abs(to(id) - from(id)) > 0).map((id) => ({ name: partName(id), change: to(id) - from(id) }));
  return stepsView({ id: "waterfall", width: "five", ...comparedSelect(), title: single ? say("page_waterfall_time", { first: focus().years[0], year }) : say("page_waterfall_title", { base: title(state.r), focus: title(state.f), year }),
    unit: `${unit("carbon")}${say("page_comma")}${scopeName()}${say("page_colon")}${shown(sum(from), "carbon")} → ${shown(sum(to), "carbon")}`, note: say("page_waterfall_note") }, steps);
}

const INSIDE = { scope1: ["fuel", "process", "pfc"], scope12: ["fuel", "process", "pfc", "power"], scope12_imports: ["fuel", "process", "pfc", "power", "imports"] };

// the difference of base and focus by cause, where it is there
const pairFor = (first, other) => DATA.between.find((item) => [item.first, item.other].includes(first) && [item.first, item.other].includes(other));
const pairOf = () => pairFor(state.r, state.f);

const inside = (sources, get) => INSIDE[state.b].reduce((sum, source) => sum + (sources[source] === undefined ? 0 : get(sources[source])), 0);

// effects by term inside the boundary: over time for one scenario
const effectsSince = (item) => Object.entries(item.since).map(([term, sources]) => [term, inside(sources, (value) => value)]);

// and from one scenario to another in a year; null: not split
function effectsBetween(first, other, year) {
  const pair = pairFor(first, other);
  if (!pair || !pair.years.includes(year)) return null;
  const sign = pair.first === first ? 1 : -1;
  return Object.entries(pair.effects).map(([term, sources]) => [term, sign * inside(sources, (values) => values[pair.years.indexOf(year)])]);
}

function causesView() {
  const single = state.r === state.f;
  const found = single ? effectsSince(focus()) : effectsBetween(state.r, state.f, comparedYear());
  const heading = single ? say("page_causes_time", { first: focus().years[0], year: finalYear(focus()) }) : say("page_causes_title", { base: title(state.r), focus: title(state.f), year: comparedYear() });
  const view = { id: "causes", width: "five", ...comparedSelect(), title: heading, unit: `${unit("carbon")}${say("page_comma")}${scopeName()}` };
  if (!found) return { ...view, body: [el("p", {}, HOOKS.pair())] };
  const least = 0.0005 * Math.max(...found.map(([, change]) => Math.abs(change)), 1);
  const rest = found.filter(([, change]) => Math.abs(change) < least).reduce((sum, [, change]) => sum + change, 0);
  const steps = found.filter(([, change]) => Math.abs(change) >= least).map(([term, change]) => ({ name: say("term_" + term), change }));
  if (shown(rest, "carbon") !== shown(0, "carbon")) steps.push({ name: say("page_causes_rest"), change: rest });
  return stepsView({ ...view, note: say("page_causes_note") }, steps);
}

// every year that one of the scenarios has
const yearsOf = (items) => [...new Set(items.flatMap((item) => item.years))].sort();

function sectorsView() {
  const items = fewOf(visible());
  const ids = [...new Set(items.flatMap((item) => Object.keys(item.sectors)))];
  const values = items.flatMap((item) => ids.flatMap((id, order) => item.years.map((year, place) =>
    ({ name: label(item), year, order, part: sectorName(id), value: scaled((item.sectors[id] || [])[place] ?? 0, "carbon") }))));
  const spec = (width) => {
    const across = Math.min(items.length, width > 1000 ? 4 : width > 600 ? 2 : 1);
    const years = [...new Set(values.map((row) => row.year))];
    return {
      data: { values }, columns: across,
      facet: { field: "name", type: "nominal", title: null, sort: items.map(label), header: { labelLimit: width / across - 30 } },
      spec: { width: Math.min(760, (width - 60 - 24 * across) / across), height: 190, mark: { type: "area", line: { strokeWidth: 0.5, color: "#fff" } },
        encoding: { x: { field: "year", type: "quantitative", axis: { ...yearAxis([years[0], final(years)]), labelFlush: true }, scale: { nice: false } },
          y: { field: "value", type: "quantitative", stack: "zero", title: unit("carbon"), axis: { tickCount: 5 } }, order: { field: "order" },
          color: { field: "part", type: "nominal", scale: { domain: ids.map(sectorName), range: ids.map((id) => sectorColour(id, ids)) },
            legend: { title: null, orient: "bottom", columns: width > 700 ? 8 : 2 } },
          tooltip: [{ field: "part", title: say("page_part") }, { field: "year", title: say("page_year") }, { field: "value", title: unit("carbon"), format: ",.2f" }] } },
    };
  };
  const years = yearsOf(items);
  return { id: "sectors", title: say("page_sectors_title"), unit: `${perYear()}${say("page_comma")}${say("row_scope12_imports")}`, height: 280,
    charts: (width) => [{ spec: spec(width) }],
    columns: [{ name: say("page_scenario") }, { name: say("page_part") }, ...years.map((year) => ({ name: String(year), right: true }))],
    rows: items.flatMap((item) => ids.map((id) => ({ cells: [label(item), sectorName(id), ...years.map((year) => shown(at(item, item.sectors[id] || [], year) ?? null, "carbon"))] }))),
    note: say("page_sectors_note") };
}

// with many scenarios only base and focus, as the legend says
function capacityView() {
  const items = fewOf(visible(), MANY);
  const named = (item) => `${label(item)}${finalYear(item) === finalYear(focus()) ? "" : `${say("page_comma")}${finalYear(item)}`}`;
  const rowsOf = (item) => Object.entries(item.capacity).filter(([, group]) => final(group.cap) !== null).map(([id, group]) => ({ id, item, listed: final(group.listed), cap: final(group.cap), made: final(group.made) }));
  const found = items.flatMap(rowsOf);
  const binding = (row) => row.listed > row.cap * (1 - 1e-6);
  const values = found.map((row) => ({ group: pick(DATA.groups[row.id].name), name: named(row.item), share: row.listed / row.cap, used: Math.min(row.made / row.cap, 1.5),
    text: `${number(row.listed, 0)} / ${number(row.cap, 0)} ${say("page_brackets", { inside: pick(DATA.groups[row.id].unit) })}${binding(row) ? `${say("page_comma")}${say("state_binding")}` : ""}` }));
  const names = items.map(named);
  const spec = (width) => ({
    width: Math.max(120, width - 430), height: { step: Math.max(14, 42 / Math.sqrt(items.length)) }, data: { values },
    encoding: { y: { field: "group", type: "nominal", title: null, axis: { labelLimit: 190, domain: false, ticks: false } } },
    layer: [
      { mark: { type: "bar" }, encoding: { yOffset: { field: "name", sort: names }, x: { field: "share", type: "quantitative", title: say("page_share_of_cap"), axis: { format: "%", tickCount: 5 }, scale: { domain: [0, 1.05] } },
        color: { field: "name", type: "nominal", scale: { domain: names, range: items.map((item) => colourOf(item.id)) }, legend: items.length > 1 ? { title: null, orient: "bottom", columns: 2 } : null },
        tooltip: [{ field: "name", title: say("page_scenario") }, { field: "group", title: say("page_group") }, { field: "text", title: say("page_capacity_of_cap") }] } },
      { mark: { type: "text", align: "left", dx: 5 }, encoding: { yOffset: { field: "name", sort: names }, x: { datum: 1.05 }, text: { field: "text" } } },
      { mark: { type: "rule", strokeDash: [5, 3], color: "#991B1B", strokeWidth: 2 }, encoding: { x: { datum: 1 }, y: null } },
    ],
  });
  return { id: "capacity", width: "seven", title: say("page_capacity_title", { year: finalYear(focus()) }), unit: say("page_capacity_unit"), height: 240, charts: (width) => [{ spec: spec(width) }],
    columns: [{ name: say("page_scenario") }, { name: say("page_group") }, { name: say("page_unit") }, ...["page_listed", "page_cap", "page_made"].map((key) => ({ name: say(key), right: true }))],
    rows: found.map((row) => ({ cells: [named(row.item), pick(DATA.groups[row.id].name), pick(DATA.groups[row.id].unit), number(row.listed, 1), number(row.cap, 1), number(row.made, 1)] })),
    note: say("page_capacity_note") };
}

function moneyView() {
  const items = state.r === state.f ? [focus()] : [base(), focus()];
  const keys = [...new Set(items.flatMap((item) => Object.keys(item.money)))];
  const years = yearsOf(items);
  return { id: "money", title: say("page_money_title"), unit: `${unit("money")}${say("page_comma")}${say("page_prices")}`,
    columns: [{ name: say("page_item") }, ...(items.length > 1 ? [{ name: say("page_scenario") }] : []), ...years.slice(1).map((year) => ({ name: String(year), right: true }))],
    rows: keys.flatMap((key) => items.map((item) => ({ cells: [key === "investment" ? say("row_investment") : say("cost_" + key), ...(items.length > 1 ? [label(item)] : []),
      ...years.slice(1).map((year) => shown(at(item, item.money[key] || [], year) ?? null, "money"))] }))), note: say("page_money_note") };
}

// Decisions by line as a calendar, and districts as tiles.
const LINES = new Map(DATA.lines.map((line) => [line.id, line]));
const CELLS = { unchanged: "#E5E7EB", fitted: "#9BD3F0", build: "#009E73", convert: "#E69F00", replace: "#CC79A7", repower: "#F0E442", retire: "#4B5563", absent: "#FFFFFF" };
const ROWS = 18;
const DARK = ["build", "retire"];

// what a line is in one year: its spell, measures in place and newly installed, and the colour class of the cell
function cellOf(scenario, id, place) {
  const history = scenario.lines[id];
  const number_ = history.stands.findIndex((spell) => spell[1] <= place && place <= spell[2]);
  const spell = history.stands[number_];
  const fits = history.fits.filter((fit) => fit[1] <= place && place <= fit[2]);
  const added = place ? history.fits.filter((fit) => fit[1] === place) : [];
  const stands = history.capacity[place] > 0 || history.made[place] > 0;
  const moved = spell && spell[3];
  const retired = moved === "retire" || (spell && spell[0] === "retired");
  const kind = retired ? "retire" : !stands && spell && spell[0] === "not_built" ? "absent" : moved ? spell[3] : fits.some((fit) => fit[1] > 0) ? "fitted" : "unchanged";
  return { spell, fits, added, kind, newly: moved && spell[1] === place, key: `${spell ? spell[0] : ""}|${fits.map((fit) => fit[0]).join()}` };
}

function acts(scenario, id) {
  const history = scenario.lines[id];
  return history.stands.some((spell) => spell[3]) || history.fits.some((fit) => fit[1] > 0);
}

function differs(id) {
  return focus().years.some((year, place) => {
    const other = base().years.indexOf(year);
    return other >= 0 && cellOf(focus(), id, place).key !== cellOf(base(), id, other).key;
  });
}

// lines worth a row: those that stand at some time, and of these the chosen ones
function rowsShown() {
  const present = DATA.lines.filter((line) => focus().lines[line.id] && (focus().lines[line.id].capacity.some((value) => value > 0) || acts(focus(), line.id)
    || (base().lines[line.id] && acts(base(), line.id))));
  const inSector = present.filter((line) => !state.g || DATA.groups[line.group].sector === state.g);
  const kept = inSector.filter((line) => !state.d || (state.r === state.f ? acts(focus(), line.id) : differs(line.id)));
  return { kept, left: present.length - kept.length };
}

function cellText(cell, width) {
  const word = cell.newly ? spoken("kind_", cell.spell[3]) : "";
  const plus = cell.added.length ? `+${cell.added.length}` : "";
  return width > 62 ? [word, plus].filter(Boolean).join(" ") : plus;
}

function ganttSpec(lines, width) {
  const years = focus().years;
  const aside = width > 1000 ? 330 : width > 700 ? 230 : 130;
  const cellWidth = (width - aside - 20) / years.length;
  const names = new Map();
  for (const line of lines) names.set(line.id, [...names.values()].includes(pick(line.name)) ? `${pick(line.name)} (${line.id})` : pick(line.name));
  const values = lines.flatMap((line) => years.map((year, place) => {
    const cell = cellOf(focus(), line.id, place);
    const other = base().years.indexOf(year);
    return { line: names.get(line.id), id: line.id, year, kind: cell.kind, text: cellText(cell, cellWidth), dark: DARK.includes(cell.kind),
      other: state.r !== state.f && other >= 0 && cellOf(base(), line.id, other).key !== cell.key,
      stands: cell.spell ? nameOf("configuration", cell.spell[0]) : "", measures: cell.added.map((fit) => nameOf("measure", fit[0])).join(say("page_list_comma")) || "–" };
  }));
  return {
    width: cellWidth * years.length, height: { step: 19 }, data: { values },
    encoding: { x: { field: "year", type: "ordinal", axis: { orient: "top", title: null, labelAngle: 0, domain: false, ticks: false } },
      y: { field: "line", type: "nominal", sort: [...names.values()], axis: { title: null, labelLimit: aside - 10, minExtent: aside, maxExtent: aside, labelFontSize: 11.5, domain: false, ticks: false } } },
    layer: [
      { mark: { type: "rect", stroke: "#fff", strokeWidth: 1.5, cursor: "pointer" }, encoding: { fill: { field: "kind", type: "nominal", scale: { domain: Object.keys(CELLS), range: Object.values(CELLS) }, legend: null },
        tooltip: [{ field: "line", title: say("page_line") }, { field: "year", title: say("page_year") }, { field: "stands", title: say("page_configuration") }, { field: "measures", title: say("page_new_measures") }] } },
      { transform: [{ filter: "datum.other" }], mark: { type: "point", shape: "triangle-up", angle: 315, filled: true, size: 26, opacity: 1, color: "#B5401B", xOffset: -cellWidth / 2 + 6, yOffset: -4, tooltip: null } },
      { mark: { type: "text", fontSize: 11, tooltip: null }, encoding: { text: { field: "text" }, color: { condition: { test: "datum.dark", value: "#fff" }, value: "#111827" } } },
    ],
  };
}

function ganttKeys() {
  const words = { unchanged: "page_cell_unchanged", fitted: "page_cell_fitted", build: "kind_build", convert: "kind_convert", replace: "kind_replace", repower: "kind_repower", retire: "kind_retire", absent: "page_cell_absent" };
  const keys = Object.entries(words).map(([kind, key]) => el("li", {}, el("span", { class: "swatch", style: `background:${CELLS[kind]}` }), say(key)));
  keys.push(el("li", {}, say("page_cell_plus")));
  if (state.r !== state.f) keys.push(el("li", {}, el("span", { style: "color:#B5401B" }, "▲ "), say("page_cell_other", { base: title(state.r) })));
  return el("ul", { class: "keys" }, keys);
}

function sectorSelect() {
  const sectors = [...new Set(Object.values(DATA.groups).map((group) => group.sector))];
  return el("label", {}, `${say("page_sector")} `, el("select", { onchange: (event) => { state.g = event.target.value; refresh(); } },
    el("option", { value: "" }, say("page_all_sectors")), sectors.map((id) => el("option", { value: id, selected: state.g === id }, sectorName(id)))));
}

function ganttView() {
  const { kept, left } = rowsShown();
  const groups = [...new Set(kept.map((line) => line.group))];
  const only = el("label", {}, el("input", { type: "checkbox", checked: state.d, onchange: (event) => { state.d = event.target.checked; refresh(); } }), ` ${say(state.r === state.f ? "page_only_acting" : "page_only_different")}`);
  const charts = (width) => groups.map((group) => {
    const lines = kept.filter((line) => line.group === group);
    const pages = [...Array(Math.ceil(lines.length / ROWS)).keys()].map((place) => lines.slice(place * ROWS, (place + 1) * ROWS));
    return pages.map((page, place) => ({ title: pick(DATA.groups[group].name) + (pages.length > 1 ? ` ${place + 1}/${pages.length}` : ""), spec: ganttSpec(page, width), click: (datum) => datum.id && lineDialog(datum.id) }));
  }).flat();
  const years = focus().years;
  return { id: "gantt", title: say("page_gantt_title", { focus: title(state.f) }), unit: say("page_gantt_unit", { left }), controls: [sectorSelect(), only], body: [ganttKeys()], charts,
    height: kept.length * 19 + groups.length * 60,
    columns: [{ name: say("page_line") }, { name: say("page_group") }, { name: say("page_district") }, ...years.map((year) => ({ name: String(year) }))],
    rows: kept.map((line) => ({ cells: [el("button", { type: "button", class: "link", onclick: () => lineDialog(line.id) }, pick(line.name)), pick(DATA.groups[line.group].name), line.district ? nameOf("district", line.district) : "–",
      ...years.map((_, place) => { const cell = cellOf(focus(), line.id, place); return [cell.newly ? nameOf("arc", cell.spell[4]) : place ? "" : nameOf("configuration", cell.spell ? cell.spell[0] : ""), ...cell.added.map((fit) => nameOf("measure", fit[0]))].filter(Boolean).join(say("page_list_comma")); })] })),
    note: say("page_gantt_note") };
}

function districtRows(year) {
  const scenario = focus();
  const place = scenario.years.indexOf(year);
  const found = new Map(DATA.tiles.map((tile) => [tile.id, { tile, emission: 0, built: 0, left: 0, changed: 0, capacity: new Map(), standing: 0 }]));
  let unplaced = 0;
  for (const line of DATA.lines) {
    const history = scenario.lines[line.id];
    if (!history) continue;
    const row = found.get(line.district);
    if (!row) { unplaced += history.emission[place]; continue; }
    row.emission += history.emission[place];
    if (history.capacity[place] > 0) row.standing += 1;
    row.capacity.set(line.group, (row.capacity.get(line.group) || 0) + history.capacity[place]);
    for (const spell of history.stands) if (spell[3] && spell[1] <= place) row[spell[3] === "build" ? "built" : spell[3] === "retire" ? "left" : "changed"] += 1;
  }
  return { rows: [...found.values()], unplaced };
}

function capacityText(row) {
  return [...row.capacity].filter(([, value]) => value > 0).map(([group, value]) => `${pick(DATA.groups[group].name)} ${number(value, 0)} ${pick(DATA.groups[group].unit)}`).join(say("page_list_comma")) || "–";
}

function movesText(row) {
  return [["▲", row.built], ["▼", row.left], ["◆", row.changed]].filter(([, count]) => count).map(([mark, count]) => `${mark}${count}`).join(" ");
}

function mapView() {
  const year = focus().years.includes(state.y) ? state.y : finalYear(focus());
  const { rows, unplaced } = districtRows(year);
  const zones = [...new Set(DATA.tiles.map((tile) => tile.zone))];
  const strokes = ["#1F2937", "#0072B2", "#7A3E9D"];
  const values = rows.map((row) => ({ id: row.tile.id, x: row.tile.column, y: row.tile.row, name: pick(row.tile.short), full: nameOf("district", row.tile.id), zone: spoken("page_zone_", row.tile.zone), value: scaled(row.emission, "carbon"),
    moves: movesText(row), lines: row.standing, capacity: capacityText(row), amount: row.emission > 0 ? number(scaled(row.emission, "carbon"), state.l === "zh" ? 0 : 2) : "", dark: row.emission > 0.5 * Math.max(...rows.map((other) => other.emission)) }));
  const spec = (width) => {
    const across = Math.max(...values.map((row) => row.x)) + 1;
    const size = Math.min(112, (width - 30) / across);
    const tall = Math.max(46, size * 0.62);
    return {
      width: size * across, height: tall * (Math.max(...values.map((row) => row.y)) + 1), data: { values },
      encoding: { x: { field: "x", type: "ordinal", axis: null }, y: { field: "y", type: "ordinal", axis: null } },
      layer: [
        { mark: { type: "rect", strokeWidth: 2.5, cornerRadius: 4, cursor: "pointer", width: size - 6, height: tall - 6 }, encoding: {
          color: { field: "value", type: "quantitative", scale: { type: "sqrt", range: ["#FFF7EC", "#FDBB84", "#B5401B"], domainMin: 0 }, legend: { title: unit("carbon"), orient: "bottom", gradientLength: Math.min(300, width / 3) } },
          stroke: { field: "zone", type: "nominal", scale: { domain: zones.map((zone) => spoken("page_zone_", zone)), range: strokes }, legend: { title: null, orient: "bottom", symbolType: "square", symbolFillColor: "#fff", symbolStrokeWidth: 3 } },
          tooltip: [{ field: "full", title: say("page_district") }, { field: "zone", title: say("page_zone") }, { field: "lines", title: say("page_standing") }, { field: "capacity", title: say("page_listed") }, { field: "amount", title: unit("carbon") }] } },
        ...[["name", -14, "bold", 12], ["amount", 1, "normal", 11], ["moves", 15, "normal", 11]].map(([field, dy, fontWeight, fontSize]) => ({ mark: { type: "text", dy, fontWeight, fontSize, tooltip: null, limit: size - 8 },
          encoding: { text: { field }, color: { condition: { test: "datum.dark", value: "#fff" }, value: "#111827" } } })),
      ],
    };
  };
  return { id: "map", title: say("page_map_title", { focus: title(state.f), year }), unit: say("page_map_unit", { unit: unit("carbon") }), controls: [yearSelect(focus().years, year)], charts: (width) => [{ spec: spec(width), click: (datum) => datum.id && districtDialog(datum.id, year) }], height: 430,
    columns: [{ name: say("page_district") }, { name: say("page_zone") }, { name: say("page_standing"), right: true }, { name: unit("carbon"), right: true }, { name: say("page_listed") }, { name: say("page_moves") }],
    rows: rows.map((row) => ({ cells: [el("button", { type: "button", class: "link", onclick: () => districtDialog(row.tile.id, year) }, nameOf("district", row.tile.id)), spoken("page_zone_", row.tile.zone), number(row.standing, 0), number(scaled(row.emission, "carbon"), SCALES.carbon[state.l][1] + 1), capacityText(row), movesText(row)] })),
    note: say("page_map_note", { unplaced: shown(unplaced, "carbon"), unit: unit("carbon") }) };
}

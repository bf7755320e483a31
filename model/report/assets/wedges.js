// Year by year: how much each cause adds to or takes from the difference between base and focus.
const TERMS = { activity: "#0072B2", mix: "#56B4E9", demand: "#332288", sales: "#DDCC77", sourcing: "#CC79A7", route: "#882255", fleet: "#E69F00", measures: "#009E73", energy: "#D55E00", grid: "#F0E442", outside: "#44AA99", facts: "#8C8C8C" };

function wedgesView() {
  const pair = pairOf();
  const years = commonYears();
  if (state.r === state.f || !pair || years.length < 2) return null;
  const sign = pair.first === state.r ? 1 : -1;
  const sum = (sources, place) => INSIDE[state.b].reduce((all, source) => all + (sources[source] ? sign * sources[source][place] : 0), 0);
  const places = years.map((year) => pair.years.indexOf(year));
  const terms = Object.entries(pair.effects).map(([term, sources]) => ({ term, name: say(`term_${term}`), values: places.map((place) => sum(sources, place)) }));
  const whole = years.map((_, place) => terms.reduce((all, row) => all + row.values[place], 0));
  const most = Math.max(...terms.flatMap((row) => row.values.map(Math.abs)), 0);
  if (most < 1e-6) return null; // both emit the same
  const kept = terms.filter((row) => row.values.some((value) => Math.abs(value) > 0.001 * most));
  const values = kept.flatMap((row, order) => row.values.map((value, place) => ({ year: String(years[place]), name: row.name, order, value: scaled(value, "carbon") })));
  const totals = whole.map((value, place) => ({ year: String(years[place]), value: scaled(value, "carbon"), text: signed(value, "carbon") }));
  const spec = (width) => ({ width: Math.max(200, width - 75), height: 300, encoding: { x: { field: "year", type: "ordinal", axis: { title: null, labelAngle: 0 } } }, layer: [
    { data: { values }, mark: { type: "bar", width: { band: 0.6 } }, encoding: { y: { field: "value", type: "quantitative", title: perYear(), stack: "zero" }, order: { field: "order" },
      color: { field: "name", type: "nominal", scale: { domain: kept.map((row) => row.name), range: kept.map((row) => TERMS[row.term] || OTHER) }, legend: { title: null, orient: "bottom", columns: width > 560 ? 3 : 2 } },
      tooltip: [{ field: "name", title: say("page_part") }, { field: "year", title: say("page_year") }, { field: "value", title: unit("carbon"), format: "+,.2f" }] } },
    { mark: { type: "rule", color: "#374151" }, data: { values: [{}] }, encoding: { x: null, y: { datum: 0 } } },
    { data: { values: totals }, mark: { type: "point", shape: "diamond", filled: true, size: 90, color: "#000000", opacity: 1 }, encoding: { y: { field: "value", type: "quantitative" }, tooltip: [{ field: "year", title: say("page_year") }, { field: "text", title: say("row_total") }] } } ] });
  const row = (name, series) => ({ cells: [name, ...series.map((value) => signed(value, "carbon"))] });
  return { id: "wedges", width: "seven", title: say("page_wedges_title", { base: title(state.r), focus: title(state.f) }), unit: `${perYear()}${say("page_comma")}${scopeName()}${say("page_comma")}${say("page_wedges_unit")}`, charts: (width) => [{ spec: spec(width) }], height: 380,
    columns: [{ name: say("page_part") }, ...years.map((year) => ({ name: String(year), right: true }))], rows: [...terms.map((one) => row(one.name, one.values)), row(say("row_total"), whole)], note: say("page_causes_note") };
}

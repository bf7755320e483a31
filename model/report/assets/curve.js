// What each option alone would save in the last year, and at what cost per tonne; over it what the whole system pays, where a trade-off is stored.
const CEILING = 1500;
const FLOOR = -1000;

const optionName = (option) => nameOf(option.kind === "measure" ? "measure" : "arc", option.id);
const otherName = (id) => (DATA.names.measure[id] ? nameOf("measure", id) : DATA.names.arc[id] ? nameOf("arc", id) : nameOf("good", id));
const price = (option) => (option.price === null ? "–" : number(option.price, 0));

// corners of the system's curve: up or down at the end of each step, cut like the bars
function systemLine(steps) {
  let reached = 0;
  return steps.flatMap((step) => {
    const from = reached;
    reached += scaled(step.tonnes, "carbon");
    return [from, reached].map((at) => ({ at, price: Math.min(CEILING, Math.max(FLOOR, step.price)), told: number(step.price, 0), tonnes: number(reached - from, SCALES.carbon[state.l][1] + 1), kind: say("page_curve_system") }));
  }).map((row, order) => ({ ...row, order }));
}

function curveSpec(options, width) {
  const values = [];
  let place = 0;
  for (const option of options) {
    for (const [kind, tonnes] of [["taken", Math.min(option.taken, option.tonnes)], ["left", option.tonnes - Math.min(option.taken, option.tonnes)]]) {
      if (tonnes <= 1e-9) continue;
      values.push({ from: place, to: place + scaled(tonnes, "carbon"), price: Math.min(CEILING, Math.max(FLOOR, option.price)), told: price(option), kind: say("page_option_" + kind), name: optionName(option), tonnes: shown(tonnes, "carbon") });
      place += scaled(tonnes, "carbon");
    }
  }
  const line = systemLine(focus().steps);
  const kinds = [say("page_option_taken"), say("page_option_left"), ...(line.length ? [say("page_curve_system")] : [])];
  const letter = state.l === "zh" ? 11 : 5.5; // pixels; a name that does not fit is left to the tooltip and the table
  const wide = values.map((row) => ({ ...row, middle: (row.from + row.to) / 2, limit: ((row.to - row.from) / place) * (width - 80) })).filter((row) => letter * row.name.length < row.limit);
  return {
    width: width - 80, height: 300, data: { values },
    layer: [
      { mark: { type: "bar", stroke: "#fff", strokeWidth: 0.25 }, encoding: {
        x: { field: "from", type: "quantitative", title: say("page_curve_axis", { unit: unit("carbon") }), scale: { domain: [0, place], nice: false }, axis: { grid: false, tickCount: 12 } }, x2: { field: "to" },
        y: { field: "price", type: "quantitative", title: say("page_curve_price"), scale: { domain: [FLOOR, CEILING] } }, y2: { datum: 0 },
        color: { field: "kind", type: "nominal", scale: { domain: kinds, range: ["#009E73", "#9CA3AF", "#D55E00"].slice(0, kinds.length) }, legend: { title: null, orient: "bottom", columns: width > 700 ? 3 : 1, labelLimit: 420 } },
        tooltip: [{ field: "name", title: say("page_option") }, { field: "told", title: say("page_curve_price") }, { field: "tonnes", title: unit("carbon") }, { field: "kind", title: say("page_state") }] } },
      { mark: { type: "rule", color: "#374151" }, encoding: { y: { datum: 0 } } },
      ...(line.length ? [{ data: { values: line }, mark: { type: "line", strokeWidth: 3, tooltip: null }, encoding: { x: { field: "at", type: "quantitative" }, y: { field: "price", type: "quantitative" }, order: { field: "order" }, color: { field: "kind", type: "nominal" } } },
        { data: { values: line }, mark: { type: "point", filled: true, size: 45 }, encoding: { x: { field: "at", type: "quantitative" }, y: { field: "price", type: "quantitative" }, color: { field: "kind", type: "nominal" },
          tooltip: [{ field: "kind", title: say("page_option") }, { field: "told", title: say("page_curve_price") }, { field: "tonnes", title: unit("carbon") }] } }] : []),
      ...wide.map((row) => ({ data: { values: [row] }, mark: { type: "text", dy: row.price < 0 ? 12 : -8, fontSize: 11, limit: row.limit, tooltip: null }, encoding: { x: { field: "middle", type: "quantitative" }, y: { field: "price", type: "quantitative" }, text: { field: "name" } } })),
    ],
  };
}

function curveView() {
  const options = focus().options;
  const drawn_ = options.filter((option) => option.price !== null && option.tonnes > 1e-9);
  const names = (list) => list.map(otherName).join(say("page_list_comma"));
  return { id: "curve", title: say("page_curve_title", { focus: title(state.f), year: finalYear(focus()) }), unit: say("page_curve_unit", { unit: unit("carbon") }), height: 380, charts: (width) => [{ spec: curveSpec(drawn_, width) }],
    columns: [{ name: say("page_option") }, { name: say("page_curve_price"), right: true }, { name: say("page_saves"), right: true }, { name: say("page_option_taken"), right: true }, { name: say("page_rivals") }, { name: say("page_scarce") }],
    rows: [...options.map((option) => ({ cells: [optionName(option), price(option), number(scaled(option.tonnes, "carbon"), SCALES.carbon[state.l][1] + 1), number(scaled(option.taken, "carbon"), SCALES.carbon[state.l][1] + 1), names(option.rivals), names(option.scarce)] })),
      ...focus().steps.map((step, place) => ({ cells: [say("page_curve_step", { step: place + 1 }), number(step.price, 0), number(scaled(step.tonnes, "carbon"), SCALES.carbon[state.l][1] + 1), "", "", ""] }))],
    note: `${say("page_curve_note", { floor: number(FLOOR, 0), ceiling: number(CEILING, 0) })}${focus().steps.length ? say("page_curve_system_note") : ""}` };
}

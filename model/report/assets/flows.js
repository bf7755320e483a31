// Sankey diagrams of energy and materials: the layout comes with the document, here it is stretched to the width and drawn.
const GOODS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C8C8C", "#B8A500", "#5B7553", "#7A3E9D"];
const NODE = 13;

function nodeName(id) {
  const [kind, name] = [id.slice(0, id.indexOf(":")), id.slice(id.indexOf(":") + 1)];
  if (kind === "good") return nameOf("good", name);
  if (kind === "cluster") return nameOf("cluster", name);
  if (kind === "sector") return sectorName(name);
  if (kind === "source") return spoken("source_", name);
  if (kind === "scope") return say(`page_flow_${name}`);
  return say("page_outside_" + name);
}

// a layout as the document holds it: lists, ends of links as places of nodes
function flowOf(which, place) {
  const { columns, nodes, links } = focus().flows[which][place] ?? DATA.scenarios[0].flows[which][place]; // the base year is the same in all
  return { columns, nodes: nodes.map(([id, column, y0, y1, amount]) => ({ id, column, y0, y1, amount })),
    links: links.map(([source, target, amount, y0, y1, w]) => ({ source: nodes[source][0], target: nodes[target][0], amount, y0, y1, w })) };
}

// a name and its amount in so many pixels: where both do not fit, the name is cut and the amount stays
function fitted(name, amount, room) {
  const width = (text) => [...text].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 0x2000 ? 12.2 : 6.6), 0);
  if (width(`${name} ${amount}`) <= room) return `${name} ${amount}`;
  const letters = [...name];
  while (letters.length > 2 && width(`${letters.join("")}… ${amount}`) > room) letters.pop();
  return `${letters.join("").trimEnd()}… ${amount}`;
}

function flowSpec(flow, kind, width, tall) {
  const aside = Math.min(300, width * 0.24);
  const step = flow.columns > 1 ? (width - aside - NODE - 10) / (flow.columns - 1) : 0;
  const colour = new Map(flow.nodes.map((node, place) => [node.id, node.id.startsWith("sector:") ? SECTORS[node.id.slice(7)] || OTHER : GOODS[place % GOODS.length]]));
  const column = new Map(flow.nodes.map((node) => [node.id, node.column]));
  const nodes = flow.nodes.map((node) => ({ name: nodeName(node.id), amount: `${shown(node.amount, kind)} ${unit(kind)}`, x: node.column * step, y: node.y0 * tall, h: Math.max(1, (node.y1 - node.y0) * tall), fill: colour.get(node.id),
    label: fitted(nodeName(node.id), shown(node.amount, kind), node.column === flow.columns - 1 ? aside : Math.max(90, step - NODE - 10)) }));
  const links = flow.links.map((link) => {
    const [x0, x1] = [column.get(link.source) * step + NODE, column.get(link.target) * step];
    const [y0, y1, w, mid] = [link.y0 * tall, link.y1 * tall, Math.max(0.7, link.w * tall), (x0 + x1) / 2];
    return { name: `${nodeName(link.source)} → ${nodeName(link.target)}`, amount: `${shown(link.amount, kind)} ${unit(kind)}`, fill: colour.get(link.source),
      path: `M${x0},${y0}C${mid},${y0} ${mid},${y1} ${x1},${y1}L${x1},${y1 + w}C${mid},${y1 + w} ${mid},${y0 + w} ${x0},${y0 + w}Z` };
  });
  const tooltip = { signal: `{${JSON.stringify(say("page_flow"))}: datum.name, ${JSON.stringify(say("page_amount"))}: datum.amount}` };
  return { $schema: "https://vega.github.io/schema/vega/v6.json", width: width - 10, height: tall + 6, padding: 4, data: [{ name: "nodes", values: nodes }, { name: "links", values: links }],
    marks: [
      { type: "path", from: { data: "links" }, encode: { enter: { path: { field: "path" }, fill: { field: "fill" }, fillOpacity: { value: 0.38 }, tooltip }, update: { fillOpacity: { value: 0.38 } }, hover: { fillOpacity: { value: 0.7 } } } },
      { type: "rect", from: { data: "nodes" }, encode: { enter: { x: { field: "x" }, y: { field: "y" }, width: { value: NODE }, height: { field: "h" }, fill: { field: "fill" }, tooltip } } },
      ...["#ffffff", null].map((stroke) => ({ type: "text", from: { data: "nodes" }, interactive: false, encode: { enter: { x: { field: "x", offset: NODE + 4 }, y: { signal: "datum.y + datum.h / 2" }, baseline: { value: "middle" }, text: { field: "label" }, fontSize: { value: 12 }, fill: { value: "#111827" },
        stroke: { value: stroke }, strokeWidth: { value: 3 }, strokeOpacity: { value: 0.8 }, font: { value: FONTS[state.l] } } } })),
    ] };
}

function flowView(which, kind) {
  const { years } = focus();
  const flows = years.map((_, place) => flowOf(which, place));
  const tall = which === "materials" ? 560 : 430;
  const rows = years.flatMap((year, place) => flows[place].links.map((link) => ({ cells: [String(year), nodeName(link.source), nodeName(link.target), shown(link.amount, kind)] })));
  const place = years.includes(state.y) ? years.indexOf(state.y) : years.length - 1;
  return { id: which, title: say(`page_${which}_title`, { focus: title(state.f), year: years[place] }), unit: say(`page_${which}_unit`, { unit: unit(kind) }), controls: [yearSelect(years, years[place])], height: tall, long: true,
    charts: (width) => [{ spec: flowSpec(flows[place], kind, Math.max(width, 620), tall) }],
    columns: [{ name: say("page_year") }, { name: say("page_from") }, { name: say("page_to") }, { name: unit(kind), right: true }], rows, note: say(`page_${which}_note`) };
}

// Every fact with its grade and source: searched on the server; those of a line stand in the line's window too.
const evidence = { found: null, grade: "", offset: 0 };

async function searchFacts(offset = 0) {
  evidence.offset = offset;
  try {
    evidence.found = await ask(`facts?q=${encodeURIComponent(state.q || "")}&grade=${encodeURIComponent(evidence.grade)}&offset=${offset}`);
  } catch (error) { complain(error); }
  redraw("facts", factsView);
}

const factNumber = (value) => (value === null ? "" : new Intl.NumberFormat(state.l === "zh" ? "zh-CN" : "en-GB", { maximumSignificantDigits: 6, useGrouping: false }).format(value));

function factCells(fact) {
  const what = pick(fact.item) ? `${pick(fact.meaning)}${say("page_comma")}${pick(fact.item)}` : pick(fact.meaning);
  const range = fact.low === null || fact.low === fact.high ? "" : `${factNumber(fact.low)} – ${factNumber(fact.high)}`;
  return [pick(fact.name), what, [fact.year ?? "", fact.path].filter(Boolean).join(" "), factNumber(fact.value), pick(fact.unit), range,
    el("span", { title: say(`page_grade_${fact.grade}`) }, fact.grade), pick(fact.source), fact.note];
}

const factColumns = () => ["explore_about", "explore_parameter", "explore_when", "page_value", "page_unit", "explore_span", "page_grade", "page_source", "explore_remark"].map((key, place) => ({ name: say(key), right: place === 3 }));

function factsView() {
  const { found } = evidence;
  const grades = el("label", {}, `${say("page_grade")} `, el("select", { id: "facts-grade", onchange: (event) => { evidence.grade = event.target.value; searchFacts(); } },
    ["", "A", "B", "C", "D", "E"].map((grade) => el("option", { value: grade, selected: grade === evidence.grade }, grade ? `${grade} ${say("page_grade_" + grade)}` : say("explore_all_grades")))));
  const words = el("input", { type: "search", id: "facts-words", value: state.q || "", "aria-label": say("explore_search_facts"), placeholder: say("explore_search_facts"),
    onchange: (event) => { state.q = event.target.value; if (IDS.length) writeState(); searchFacts(); } });
  const view = { id: "facts", title: say("explore_facts_title"), controls: [words, grades], note: say("explore_facts_note") };
  if (!found) return { ...view, body: [el("p", {}, el("button", { type: "button", onclick: () => searchFacts() }, say("explore_list_facts")))] };
  const pages = [[-1, "explore_back"], [1, "explore_more"]].map(([step, key]) => [evidence.offset + step * found.rows.length, key]).filter(([offset, key]) => (key === "explore_back" ? evidence.offset > 0 : offset < found.count));
  return { ...view, unit: say("explore_facts_unit", { found: number(found.count, 0), all: number(found.all, 0), first: number(found.rows.length ? found.offset + 1 : 0, 0), last: number(found.offset + found.rows.length, 0) }),
    controls: [words, grades, ...pages.map(([offset, key]) => el("button", { type: "button", onclick: () => searchFacts(key === "explore_back" ? Math.max(0, found.offset - found.size) : offset) }, say(key)))],
    columns: factColumns(), rows: found.rows.map((fact) => ({ cells: factCells(fact) })) };
}

// the line's window gains the line's own facts
async function addLineFacts(id) {
  const dialog = document.getElementById("dialog");
  const place = el("div", {}, el("p", {}, say("explore_loading")));
  dialog.lastElementChild.before(place);
  try {
    const found = await ask(`facts?size=200&subject=${encodeURIComponent(id)}`);
    place.replaceChildren(el("h3", {}, say("explore_line_facts")), tableOf(factColumns(), found.rows.map((fact) => ({ cells: factCells(fact) })), say("explore_line_facts")));
  } catch (error) { place.replaceChildren(el("p", {}, error.message)); }
}

// Results: those on the page, those in the folder, and what is added or taken away.
const library = { results: [], scenarios: [], province: "", words: "", loading: new Set() };
const ROWS_OF_LIBRARY = 12;

async function readLibrary() {
  const found = await ask("results");
  Object.assign(library, { results: found.results, scenarios: found.scenarios, province: found.province });
  takeJobs(found.jobs);
}

function insert(scenario, order) {
  if (SCENARIOS.has(scenario.id)) DATA.scenarios.splice(DATA.scenarios.findIndex((item) => item.id === scenario.id), 1, scenario);
  else { DATA.scenarios.push(scenario); IDS.push(scenario.id); }
  SCENARIOS.set(scenario.id, scenario);
  const place = (id) => (order.includes(id) ? order.indexOf(id) : order.length);
  IDS.sort((a, b) => place(a) - place(b));
  DATA.scenarios.sort((a, b) => IDS.indexOf(a.id) - IDS.indexOf(b.id));
}

// fetch results; returns those that came, and says why others did not
async function fetchScenarios(ids, order = [...IDS]) {
  const came = [];
  await Promise.all(ids.map(async (id) => {
    library.loading.add(id);
    try {
      insert(await ask(`results/${encodeURIComponent(id)}`), order);
      came.push(id);
    } catch (error) { complain(error, say("explore_refused", { name: id })); }
    library.loading.delete(id);
  }));
  return came;
}

async function addScenario(id, focused = true) {
  redraw("library", libraryView);
  const first = IDS.length === 0;
  const came = (await fetchScenarios([id])).length > 0;
  if (came) {
    if (first) readState();
    if (!state.s.includes(id)) state.s.push(id);
    if (focused) {
      state.f = id;
      state.b = SCENARIOS.get(id).boundary;
      state.y = lastYear();
    }
  }
  await refresh();
  return came;
}

function dropScenario(id) {
  if (!SCENARIOS.delete(id)) return;
  IDS.splice(IDS.indexOf(id), 1);
  DATA.scenarios.splice(DATA.scenarios.findIndex((item) => item.id === id), 1);
  DATA.between = DATA.between.filter((pair) => ![pair.first, pair.other].includes(id));
  state.s = state.s.filter((other) => other !== id);
  if (state.r === id) state.r = IDS[0];
  if (state.f === id) state.f = IDS[IDS.length - 1];
  refresh();
}

// the causes of a difference are fetched when they are looked at
const pairsAsked = new Set();
const pairsRefused = new Set();
async function wantPair() {
  const [first, other] = [state.r, state.f];
  const key = `${first} ${other}`;
  if (first === other || pairsAsked.has(key) || DATA.between.some((pair) => [first, other].every((id) => [pair.first, pair.other].includes(id)))) return;
  pairsAsked.add(key);
  try {
    DATA.between.push(...(await ask(`between?first=${encodeURIComponent(first)}&other=${encodeURIComponent(other)}`)).between);
  } catch (error) {
    pairsRefused.add(key);
    complain(error, say("explore_no_causes"));
  }
  if (state.r === first && state.f === other && ["causes", "gantt"].some((id) => document.getElementById(id))) await refresh();
}

function libraryView() {
  const words = library.words.toLowerCase().split(/\s+/).filter(Boolean);
  const titleOf = (id) => (SCENARIOS.has(id) ? title(id) : "");
  const found = library.results.filter((row) => words.every((word) => `${row.name} ${titleOf(row.name)}`.toLowerCase().includes(word)));
  const here = (row) => (row.data === library.province ? "" : say("explore_other_data", { data: row.data || "?" }));
  const button = (row) => {
    if (library.loading.has(row.name)) return say("explore_loading");
    if (SCENARIOS.has(row.name)) return el("button", { type: "button", class: "tool", disabled: IDS.length < 2, onclick: () => dropScenario(row.name) }, say("explore_remove"));
    return here(row) ? here(row) : el("button", { type: "button", class: "tool", onclick: () => addScenario(row.name) }, say("explore_add"));
  };
  const rows = found.slice(0, ROWS_OF_LIBRARY).map((row) => ({ cells: [row.name, titleOf(row.name), row.state === "optimal" ? say("task_solved") : row.state === "limit" ? say("task_limit") : say("explore_unreadable"),
    row.finished.slice(0, 16).replace("T", " "), button(row)] }));
  const search = el("input", { type: "search", id: "library-words", value: library.words, "aria-label": say("explore_search_results"), placeholder: say("explore_search_results"),
    oninput: (event) => { library.words = event.target.value; redraw("library", libraryView); const box = document.getElementById("library-words"); box.setSelectionRange(box.value.length, box.value.length); } });
  return { id: "library", title: say("explore_library_title"), unit: say("explore_library_unit", { all: number(library.results.length, 0), shown: number(rows.length, 0), found: number(found.length, 0) }),
    controls: [search, el("button", { type: "button", onclick: () => readLibrary().then(() => redraw("library", libraryView), complain) }, say("explore_again"))],
    columns: ["page_file", "page_scenario", "page_status", "page_finished", "explore_action"].map((key) => ({ name: say(key) })), rows, note: say("explore_library_note") };
}

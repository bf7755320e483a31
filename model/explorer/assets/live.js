// Beginning of the live page: results come one by one, further views and a way to each of them, and the page without any result.
const PLACES = [["finding", "explore_go_finding"], ["trial", "explore_go_trial"], ["paths", "explore_go_compare"], ["scorecard", "explore_go_clauses"], ["gantt", "explore_go_lines"], ["map", "explore_go_map"],
  ["energy", "explore_go_flows"], ["curve", "explore_go_options"], ["tradeoff", "explore_go_tradeoff"], ["futures", "explore_go_futures"], ["grades", "explore_go_sure"], ["runs", "explore_go_runs"], ["facts", "explore_go_data"], ["library", "explore_go_results"]];
KEPT.push("a", "v", "x", "q");
VIEWS.splice(VIEWS.indexOf(pathsView), 0, trialView);
VIEWS.splice(VIEWS.indexOf(scenariosView), 0, factsView);
VIEWS.push(libraryView);

function go(id) {
  state.v = id;
  if (IDS.length) writeState();
  document.getElementById(id)?.scrollIntoView({ block: "start" });
}

HOOKS.header = () => {
  const links = PLACES.map(([id, key]) => [id, key]).filter(([id]) => id !== "map" || DATA.tiles.length)
    .map(([id, key]) => el("button", { type: "button", class: "place", onclick: () => go(id) }, say(key)));
  document.querySelector("header").append(el("nav", { "aria-label": say("explore_places") }, links));
};

HOOKS.after = () => {
  const all = IDS.join(",");
  if (state.a !== all) { state.a = all; writeState(); }
  wantPair();
};

HOOKS.empty = () => {
  document.documentElement.lang = state.l === "zh" ? "zh-CN" : "en";
  document.title = say("page_title");
  const other = state.l === "zh" ? "en" : "zh";
  document.querySelector("header").replaceChildren(el("div", { class: "row" }, el("h1", {}, say("page_title")), el("span", { class: "grow" }),
    el("button", { type: "button", id: "language", lang: other, onclick: () => { state.l = other; refresh(); } }, other === "zh" ? "中文" : "English")));
  const welcome = { id: "welcome", title: say("explore_welcome_title"), body: [el("p", {}, say(library.results.length ? "explore_welcome_choose" : "explore_welcome_text"))] };
  document.getElementById("views").replaceChildren(...[welcome, trialView(), libraryView()].map(makeCard));
  drawFooter();
  document.documentElement.dataset.drawn = "all";
};

HOOKS.line = addLineFacts;
HOOKS.book = saveBook;
HOOKS.kept = (id) => !trial.jobs.some((job) => job.name === id);

async function begin() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const browser = (navigator.language || "").toLowerCase().startsWith("zh") ? "zh" : "en";
  state.l = known(asked.get("l"), ["zh", "en"], document.documentElement.dataset.language || browser);
  document.querySelector("main").replaceChildren(el("section", { class: "card" }, el("p", {}, say("explore_loading"))));
  const list = (key) => (asked.get(key) || "").split(",").filter(Boolean);
  try { await readLibrary(); } catch (error) { complain(error); }
  const wanted = [...new Set(asked.get("a") ? list("a") : LIVE.chosen)];
  const first = wanted.length <= 3 ? wanted : [...new Set([asked.get("r") || wanted[0], asked.get("f") || wanted[wanted.length - 1]])].filter((id) => wanted.includes(id));
  await fetchScenarios(first, wanted);
  if (!IDS.length) await fetchScenarios(wanted.filter((id) => !first.includes(id)), wanted);
  state.x = asked.get("x") || "";
  state.q = asked.get("q") || "";
  if (IDS.length) readState();
  readEdits();
  readForm().then(() => redraw("trial", trialView), complain);
  await refresh();
  if (state.q || state.v === "facts") await searchFacts();
  const rest = wanted.filter((id) => !SCENARIOS.has(id) && !first.includes(id)).sort((a, b) => list("s").includes(b) - list("s").includes(a));
  if (rest.length && IDS.length) {
    document.querySelector("header nav").append(el("span", { class: "badge", role: "status" }, say("explore_coming", { count: rest.length })));
    const came = await fetchScenarios(rest, wanted);
    state.s = IDS.filter((id) => state.s.includes(id) || (came.includes(id) && (!asked.get("s") || list("s").includes(id))));
    await refresh();
  }
  if (state.v) document.getElementById(state.v)?.scrollIntoView({ block: "start" });
}

begin();

// Beginning of the live page: results come one by one, further views, and the page without any result.
KEPT.push("a", "v", "x", "q");
VIEWS.splice(VIEWS.indexOf(pathsView), 0, trialView);
VIEWS.splice(VIEWS.indexOf(scenariosView), 0, factsView);
VIEWS.push(libraryView);

HOOKS.after = () => {
  const all = IDS.join(",");
  if (state.a !== all) { state.a = all; writeState(); }
  wantPair();
  drawStrip();
  if (["facts", ALL].includes(place()) && !evidence.found) searchFacts();
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

HOOKS.book = saveBook;
HOOKS.pair = () => say(pairsRefused.has(`${state.r} ${state.f}`) ? "explore_no_causes" : "explore_loading");
HOOKS.kept = (id) => !trial.jobs.some((job) => job.name === id);

// an address that is put into the same tab may name further results and other edits
addEventListener("hashchange", async (event) => {
  const { hash } = new URL(event.newURL);
  const missing = (new URLSearchParams(hash.slice(1)).get("a") || "").split(",").filter((id) => id && !SCENARIOS.has(id));
  if (missing.length && (await fetchScenarios(missing)).length) {
    history.replaceState(null, "", hash);
    readState();
    await refresh();
  }
  readEdits();
  if (await readForm().then(() => true, complain)) redraw("trial", trialView);
});

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
  state.v = asked.get("v") || "";
  if (IDS.length) readState();
  readEdits();
  readForm().then(() => redraw("trial", trialView), complain);
  await refresh();
  const rest = wanted.filter((id) => !SCENARIOS.has(id) && !first.includes(id)).sort((a, b) => list("s").includes(b) - list("s").includes(a));
  if (rest.length && IDS.length) {
    document.querySelector("header nav").append(el("span", { class: "badge", role: "status" }, say("explore_coming", { count: rest.length })));
    const came = await fetchScenarios(rest, wanted);
    state.s = IDS.filter((id) => state.s.includes(id) || (came.includes(id) && (!asked.get("s") || list("s").includes(id))));
    await refresh();
  }
}

begin();

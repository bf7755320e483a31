// The places of the live page: which views each shows, the way to them, and the address of each.
const wide = (view) => () => {
  const made = view();
  return made && { ...made, width: "wide" };
};
// two views side by side; one that stands alone takes the row
const beside = (one, other) => [() => (other() ? one() : wide(one)()), () => (one() ? other() : wide(other)())];
const TABS = {
  finding: [findingView, answersView, figuresView, pathsView, causesView, scorecardView],
  trial: [trialView, pathsView, causesView, figuresView],
  compare: [figuresView, wedgesView, causesView, sectorsView, capacityView, waterfallView, moneyView, ganttView],
  gantt: [ganttView],
  map: [mapView],
  scorecard: [scorecardView, pricesView, shapleyView, wide(capacityView)],
  tradeoff: [...beside(tradeoffView, outputView), curveView, alternativesView, moreView],
  flows: [() => flowView("energy", "energy"), () => flowView("materials", "mass"), () => flowView("carbon", "carbon")],
  futures: [futuresView, chancesView, robustView, firstView, wide(gradesView)],
  facts: [factsView, wide(gradesView), methodView],
  runs: [runsView, wide(certificateView), scenariosView],
  library: [libraryView],
};
// places that an address may name besides: what stood there before there were places, and parts of them
const WITHIN = { paths: "finding", energy: "flows", curve: "tradeoff", grades: "facts" };
const ALL = "all";
const SHOWN_TABS = () => Object.keys(TABS).filter((id) => id !== "map" || DATA.tiles.length);
const place = () => (state.v === ALL ? ALL : TABS[state.v] ? state.v : WITHIN[state.v] || "finding");

function go(id) {
  if (IDS.length) history.pushState(null, "", location.href); // so that Back comes back
  state.v = id;
  document.documentElement.scrollTop = 0;
  return refresh();
}

HOOKS.views = () => (place() === ALL ? VIEWS : TABS[place()]);

HOOKS.header = () => {
  const links = [...SHOWN_TABS(), ALL].map((id) => el("button", { type: "button", class: "place", id: `go-${id}`, "aria-current": place() === id ? "page" : null, onclick: () => go(id) }, say(`explore_go_${id}`)));
  document.querySelector("header").append(el("nav", { "aria-label": say("explore_places") }, links));
};

// Solves under way and done: live gap, cancel, show, save, throw away; explanation and repairs where there is no plan.
const UNDER_WAY = ["waiting", "running"];

function stateText(job) {
  const parts = [say(`explore_job_${job.state}`)];
  if (job.state === "running" && job.step) parts.push(DATA.texts[`goal_${job.step}`] ? say(`goal_${job.step}`) : spoken("step_", job.step));
  if (job.gap !== null && job.state !== "waiting") parts.push(say("explore_gap_now", { gap: number(100 * job.gap, 2) }));
  if (job.seconds) parts.push(say("explore_seconds", { seconds: number(job.seconds, 0) }));
  return parts.join(say("page_comma"));
}

function jobRow(job) {
  const button = (key, action) => el("button", { type: "button", class: "tool", onclick: action }, say(key));
  const act = (what) => async () => {
    try { takeJobs((await ask(`trials/${job.name}/${what}`, {})).jobs); } catch (error) { complain(error); }
    if (what === "discard") dropScenario(job.name);
  };
  const tools = [];
  if (UNDER_WAY.includes(job.state)) tools.push(button("explore_cancel", act("cancel")));
  else {
    if (["solved", "limit"].includes(job.state)) {
      if (!SCENARIOS.has(job.name)) tools.push(button("explore_show", () => addScenario(job.name)));
      if (!job.draft?.point) tools.push(button("explore_save", () => keepDialog(job)));
    }
    if (job.state === "infeasible") tools.push(button("explore_explain", act("explain")));
    tools.push(button("explore_discard", act("discard")));
  }
  return el("li", { class: `job ${job.state}`, "data-name": job.name, lang: state.l }, el("div", { class: "job-head" }, el("strong", {}, pick(job.title)), el("span", { class: "job-state" }, stateText(job)), el("span", { class: "grow" }), tools),
    job.state === "running" ? el("div", { class: "bar", "aria-hidden": "true" }) : null,
    job.reasons.length ? el("ul", { class: "reasons" }, job.reasons.map((reason) => el("li", {}, pick(reason)))) : null, job.told ? explanation(job) : null);
}

// why there is no plan, and the repairs as buttons
function explanation(job) {
  const repair = (number_) => async () => {
    try {
      trial.mine.add((await ask(`trials/${job.name}/repair`, { number: number_ })).name);
      listen();
    } catch (error) { complain(error); }
  };
  return el("div", { class: "explanation" }, job.told.lines.map((line) => el("p", {}, pick(line))),
    job.told.repairs.map((line, place) => el("p", {}, el("button", { type: "button", class: "tool repair", onclick: repair(place) }, say("explore_repair", { number: place + 1 })), ` ${pick(line)}`)));
}

// rows stay in place while only their clock or gap moves: a button that is replaced under the pointer loses its click
function keepRows(place, jobs) {
  const there = new Map([...place.children].map((row) => [row.dataset.name, row]));
  const rows = jobs.map((job) => {
    const row = there.get(job.name);
    if (!row || row.lang !== state.l || !UNDER_WAY.includes(job.state) || !row.classList.contains(job.state)) return jobRow(job);
    row.querySelector(".job-state").textContent = stateText(job);
    return row;
  });
  if (rows.length !== place.children.length || rows.some((row, number_) => row !== place.children[number_])) place.replaceChildren(...rows);
}

function jobsPart() {
  return el("ul", { id: "jobs", "aria-label": say("explore_jobs"), "aria-live": "polite" }, trial.jobs.map(jobRow));
}

// what is under way, in sight wherever one is
function drawStrip() {
  const busy = trial.jobs.filter((job) => UNDER_WAY.includes(job.state));
  let strip = document.getElementById("strip");
  if (!strip) {
    strip = el("ul", { id: "strip", "aria-label": say("explore_under_way_now"), "aria-live": "polite" });
    document.querySelector("header").after(strip);
  }
  const held = strip.contains(document.activeElement) ? document.activeElement.closest("li").dataset.name : null;
  const here = document.getElementById("jobs") ? [] : busy;
  keepRows(strip, here);
  strip.hidden = !here.length;
  if (held) strip.querySelector(`li[data-name="${held}"] button`)?.focus({ preventScroll: true });
}

function takeJobs(jobs) {
  const before = new Map(trial.jobs.map((job) => [job.name, job.state]));
  trial.jobs = jobs;
  const place = document.getElementById("jobs");
  if (place) {
    const mark = place.contains(document.activeElement) ? [document.activeElement.closest("li").dataset.name, document.activeElement.textContent] : null;
    keepRows(place, jobs);
    if (mark) [...document.querySelectorAll(`#jobs li[data-name="${mark[0]}"] button`)].find((button) => button.textContent === mark[1])?.focus({ preventScroll: true });
  }
  drawStrip();
  drawWhy();
  for (const job of jobs) {
    const done = ["solved", "limit"].includes(job.state) && UNDER_WAY.concat(undefined).includes(before.get(job.name));
    if (done && trial.mine.has(job.name) && !trial.shown.has(job.name)) {
      trial.shown.add(job.name);
      joinPage(job);
    }
  }
  if (jobs.some((job) => UNDER_WAY.includes(job.state))) listen();
}

// a new result becomes the focus, beside the scenario from which it started
async function joinPage(job) {
  const { base } = job.draft;
  if (!SCENARIOS.has(base) && library.results.some((row) => row.name === base)) await fetchScenarios([base]);
  if (await addScenario(job.name)) {
    if (SCENARIOS.has(base) && state.r !== base) {
      state.r = base;
      await refresh();
    }
    note([say("explore_joined", { title: pick(job.title) })], "good", [["explore_go_compare", () => go("compare")]]);
  }
}

function listen() {
  if (source) return;
  source = new EventSource("events");
  source.onmessage = (event) => takeJobs(JSON.parse(event.data).jobs);
  source.addEventListener("quiet", () => { source.close(); source = null; });
  source.onerror = () => {
    source.close();
    source = null;
    if (trial.jobs.some((job) => UNDER_WAY.includes(job.state))) note([say("explore_gone")]);
  };
}

function keepDialog(job) {
  const file = el("input", { type: "text", id: "keep-name", maxlength: 64, pattern: "[a-z0-9][a-z0-9_\\-]*", placeholder: "my-scenario" });
  const name = el("input", { type: "text", id: "keep-title", maxlength: 120, value: pick(job.title) });
  const wrong = el("p", { class: "bad", role: "alert" });
  const save = async () => {
    try {
      const kept = await ask(`trials/${job.name}/keep`, { name: file.value.trim(), title: name.value === pick(job.title) ? "" : name.value });
      document.getElementById("dialog").close();
      await readLibrary();
      await addScenario(kept.name);
      takeJobs((await ask(`trials/${job.name}/discard`, {})).jobs);
      dropScenario(job.name);
      note([say("explore_kept", { file: kept.file, name: kept.name })], "good");
    } catch (error) { wrong.textContent = error.message; }
  };
  openDialog(say("explore_save"), [], [el("p", {}, say("explore_keep_text")), el("p", {}, el("label", {}, `${say("explore_keep_name")} `, file)), el("p", {}, el("label", {}, `${say("explore_keep_title")} `, name)), wrong,
    el("button", { type: "button", id: "keep-save", class: "main", onclick: save }, say("explore_save"))]);
  file.focus();
}

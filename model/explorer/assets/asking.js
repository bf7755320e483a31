// Questions that are answered by solving: why a line does what it does, what if a clause moved, what plan a point of a trade-off is.

// the scenario from which a trial about the focus starts, and what it has changed already; nothing for the plan of a point
function startOf(id) {
  const job = trial.jobs.find((one) => one.name === id);
  return job ? (job.draft && !job.draft.point ? [job.draft.base, job.draft.settings] : null) : [id, {}];
}

const bothSaid = (key, values = () => ({})) => {
  const before = state.l;
  const texts = ["zh", "en"].map((language) => {
    state.l = language;
    return say(key, values());
  });
  state.l = before;
  return texts;
};

HOOKS.clause = (clause) => {
  const from = startOf(state.f);
  if (!from) return [];
  const text = DATA.clauses[clause.id];
  const solve_ = (value, words) => {
    document.getElementById("dialog").close();
    submit(from[0], { ...from[1], clauses: { ...(from[1].clauses || {}), [clause.id]: value } }, words);
  };
  const name = () => pick(text.name);
  const parts = [];
  if (text.movable && clause.asked !== null && clause.asked !== undefined) {
    const box_ = el("input", { type: "text", inputmode: "decimal", id: "clause-value", class: "amount", "aria-label": say("explore_new_value"), placeholder: String(clause.asked) });
    const wrong = el("p", { class: "bad", role: "alert" });
    parts.push(el("p", {}, el("label", {}, `${say("explore_clause_value", { year: clause.year, unit: pick(text.unit) || say("explore_share") })} `, box_), " ", el("button", { type: "button", class: "main", id: "clause-solve", onclick: () => {
      const value = askedAmount(box_.value);
      if (value === undefined) { wrong.textContent = say("explore_unreadable_fields", { fields: name() }); return; }
      solve_({ value }, bothSaid("explore_clause_moved", () => ({ name: name(), value: box_.value.trim() })));
    } }, say("explore_solve"))), wrong);
  }
  parts.push(el("p", {}, el("button", { type: "button", id: "clause-without", onclick: () => solve_(false, bothSaid("explore_clause_left", () => ({ name: name() }))) }, say("explore_clause_without"))));
  return [el("h3", {}, say("explore_clause_title")), ...parts];
};

HOOKS.point = async (axis, at_) => {
  try {
    trial.mine.add((await ask(`results/${encodeURIComponent(state.f)}/point`, { axis, place: at_, title: bothSaid("explore_point_title", () => ({ number: at_ + 1, title: title(state.f) })) })).name);
    listen();
  } catch (error) { complain(error, say("explore_not_started")); }
};

const lineJob = (id) => trial.jobs.find((job) => job.about?.[0] === state.f && job.about?.[1] === id);
let lineOpen = "";

// why the line of the window does what it does: the question, how far it is, the answer
function drawWhy() {
  const holder = document.getElementById("why");
  if (!holder || !lineOpen) return;
  const job = lineJob(lineOpen);
  const button = (key, action) => el("button", { type: "button", id: "why-button", onclick: action }, say(key));
  const act = (path, body) => async () => {
    try { takeJobs((await ask(path, body)).jobs); } catch (error) { complain(error); }
  };
  const asking = act(`results/${encodeURIComponent(state.f)}/why`, { line: lineOpen, title: bothSaid("explore_why_title", () => ({ line: pick(LINES.get(lineOpen).name) })) });
  if (!job || ["cancelled", "failed"].includes(job.state)) {
    holder.replaceChildren(...(job ? [`${stateText(job)} ${job.reasons.map(pick).join("; ")} `] : []), say("explore_why_text"), " ", button("explore_why", asking));
  } else if (job.state === "explained") holder.replaceChildren(...job.told.lines.map((line) => el("span", { class: "answer" }, pick(line))));
  else holder.replaceChildren(`${stateText(job)} `, button("explore_cancel", act(`trials/${job.name}/cancel`, {})));
}

HOOKS.line = (id) => {
  lineOpen = id;
  if (!document.getElementById("why")) {
    const dialog = document.getElementById("dialog");
    dialog.lastElementChild.before(el("h3", {}, say("page_line_why")), el("p", { id: "why" }));
  }
  drawWhy();
  addLineFacts(id);
};

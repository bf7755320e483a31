// How sure: data grades behind the headline figures, certificate, solver runs, scenarios, method.
function gradesView() {
  const figures = Object.keys(focus().grades).filter((figure) => Object.keys(focus().grades[figure]).length);
  const grades = Object.keys(GRADES);
  const name = (grade) => (grade ? `${grade} ${say("page_grade_" + grade)}` : say("page_grade_none"));
  const values = figures.flatMap((figure) => grades.map((grade, order) => ({ figure: say("page_graded_" + figure), grade: name(grade), order, share: focus().grades[figure][grade] || 0 })));
  const spec = (width) => ({ width: width - 190, height: { step: 34 }, data: { values }, mark: { type: "bar", stroke: "#fff" },
    encoding: { y: { field: "figure", type: "nominal", sort: figures.map((figure) => say("page_graded_" + figure)), title: null, axis: { labelLimit: 170, domain: false, ticks: false } },
      x: { field: "share", type: "quantitative", stack: "zero", title: say("page_grade_share"), axis: { format: "%", tickCount: 5 }, scale: { domain: [0, 1] } }, order: { field: "order" },
      color: { field: "grade", type: "nominal", scale: { domain: grades.map(name), range: Object.values(GRADES) }, legend: { title: null, orient: "bottom", columns: width > 560 ? 3 : 1 } },
      tooltip: [{ field: "figure", title: say("page_figure") }, { field: "grade", title: say("page_grade") }, { field: "share", title: say("page_grade_share"), format: ".1%" }] } });
  return { id: "grades", width: "half", title: say("page_grades_title"), unit: say("page_grades_unit", { focus: title(state.f), year: finalYear(focus()) }), charts: (width) => [{ spec: spec(width) }], height: 240,
    columns: [{ name: say("page_figure") }, ...grades.map((grade) => ({ name: name(grade), right: true }))],
    rows: figures.map((figure) => ({ cells: [say("page_graded_" + figure), ...grades.map((grade) => `${number(100 * (focus().grades[figure][grade] || 0), 1)} %`)] })), note: say("page_grades_note") };
}

const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

function power(value) {
  const [factor, exponent] = value.toExponential(1).split("e");
  return value === 0 ? "0" : `${factor} × 10${[...exponent.replace("+", "")].map((digit) => SUPERSCRIPT[digit]).join("")}`;
}

function certificateView() {
  const rows = visible().map((item) => {
    const certificate = item.run.certificate;
    return { cells: [pick(item.title), say("page_accepted"), number(certificate.rules, 0), power(certificate.worst), power(certificate.objectives), say(item.run.replayed ? "page_yes" : "page_no"), item.run.scenario_hash.slice(0, 12)] };
  });
  return { id: "certificate", width: "half", title: say("page_certificate_title"), unit: say("page_certificate_unit"),
    columns: ["page_scenario", "page_examined", "page_rules", "page_worst", "page_objectives", "page_replayed", "page_fingerprint"].map((key, place) => ({ name: say(key), right: place > 1 && place < 5 })), rows, note: say("page_certificate_note") };
}

function runsView() {
  const rows = visible().flatMap((item) => item.run.stages.map((stage) => ({ cells: [pick(item.title), say("goal_" + stage.goal), say("status_" + stage.status), number(stage.value, 2), number(stage.bound, 2),
    `${number(100 * stage.gap, 3)} %`, number(stage.nodes, 0), number(stage.seconds, 1), item.run.size.map((value) => number(value, 0)).join(" × "), `HiGHS ${item.run.versions.highspy}`, item.run.finished.slice(0, 16).replace("T", " ")] })));
  return { id: "runs", title: say("page_runs_title"), unit: say("page_runs_unit"),
    columns: ["page_scenario", "page_stage", "page_status", "page_value", "page_bound", "page_gap", "page_nodes", "page_seconds", "page_size", "page_solver", "page_finished"].map((key, place) => ({ name: say(key), right: place > 2 && place < 8 })), rows, long: true, note: say("page_runs_note") };
}

function scenariosView() {
  const rows = DATA.scenarios.map((item) => ({ cells: [pick(item.title), pick(item.why), spoken("row_", item.boundary), `${item.years[0]}–${finalYear(item)}`, item.id] }));
  return { id: "scenarios", title: say("page_scenarios_title"), unit: say("page_scenarios_unit"), columns: ["page_scenario", "page_why", "page_boundary", "page_years", "page_file"].map((key) => ({ name: say(key) })), rows };
}

function methodView() {
  const paragraphs = ["page_method_1", "page_method_2", "page_method_3", "page_method_4"].map((key) => el("p", {}, say(key)));
  const outside = DATA.indicators.length ? [el("details", {}, el("summary", {}, say("page_outside_title")), tableOf([{ name: say("page_item") }, { name: say("page_unit") }, { name: "2020", right: true }, { name: "2025", right: true }],
    DATA.indicators.map((row) => ({ cells: [pick(row.name), pick(row.unit), String(row.first), String(row.last)] })), say("page_outside_title")))] : [];
  const doubts = DATA.inconsistencies.length ? [el("details", {}, el("summary", {}, say("page_doubts_title")), tableOf([{ name: say("page_topic") }, { name: say("page_one_place") }, { name: say("page_other_place") }, { name: say("page_choice") }],
    DATA.inconsistencies.map((row) => ({ cells: [pick(row.topic), row.first, row.second, pick(row.choice)] })), say("page_doubts_title")))] : [];
  return { id: "method", title: say("page_method_title"), body: [...paragraphs, ...outside, ...doubts] };
}

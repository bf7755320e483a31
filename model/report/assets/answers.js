// What a reader of the plan asks first, answered from the focus: how much, through what, at what cost, which clauses, what they are worth, how sure.
const counterpart = () => DATA.scenarios.find((item) => item.activity === state.f) || null;
const yearly = (item) => item.years.filter((_, place) => place === 0 || item.span[place] === 1).pop();
const amountOf = (value, kind) => `${shown(value, kind)} ${unit(kind)}`;
const signedAmount = (value, kind) => `${signed(value, kind)} ${unit(kind)}`;
const costOf = (item) => Object.entries(item.money).filter(([key]) => key !== "investment").reduce((sum, [, series]) => sum + summed(item, series), 0);
const investedBy = (item, year) => item.money.investment.reduce((sum, value, place) => sum + (item.years[place] <= year ? value : 0), 0);
const listed = (texts) => texts.join(say("page_list_comma"));

// years that the plan is asked about: the last one decided by itself, and the last of all
const answerYears = () => [...new Set([yearly(focus()), finalYear(focus())])];

function howMuch() {
  const [item, other] = [focus(), counterpart()];
  const path = item.emissions[state.b];
  const lines = answerYears().map((year) => {
    const frozen = other && other.years.includes(year) ? at(other, other.emissions[state.b], year) : state.b === "scope12_imports" ? at(item, item.frozen, year) : null;
    const own = at(item, path, year);
    const parts = [say("page_answer_level", { year, amount: amountOf(own, "carbon"), scope: scopeName(), first: item.years[0], change: direction(own / path[0] - 1, "percent") })];
    if (frozen !== null) parts.push(say("page_answer_saved", { amount: direction(own - frozen, "carbon"), share: `${number(Math.abs(100 * (own / frozen - 1)), 1)} %` }));
    if (state.b !== "scope1") parts.push(say("page_answer_inside", { amount: amountOf(at(item, item.emissions.scope1, year), "carbon"), first: item.years[0], change: direction(at(item, item.emissions.scope1, year) / item.emissions.scope1[0] - 1, "percent") }));
    return parts.join(state.l === "zh" ? "" : " ");
  });
  const peak = path.indexOf(Math.max(...path));
  return [...lines, peak === path.length - 1 ? say("page_answer_no_peak", { year: finalYear(item) }) : say("page_answer_peak", { year: item.years[peak], amount: amountOf(path[peak], "carbon") })];
}

function causesText(found) {
  const most = Math.max(...found.map(([, change]) => Math.abs(change)));
  const kept = found.filter(([, change]) => Math.abs(change) >= 0.02 * most).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  const rest = found.reduce((sum, [, change]) => sum + change, 0) - kept.reduce((sum, [, change]) => sum + change, 0);
  const parts = kept.map(([term, change]) => `${say("term_" + term)} ${signed(change, "carbon")}`);
  if (shown(Math.abs(rest), "carbon") !== shown(0, "carbon")) parts.push(`${say("page_causes_rest")} ${signed(rest, "carbon")}`);
  return listed(parts);
}

// the options that matter most among those taken, each by itself
function largestOptions() {
  const taken = focus().options.filter((option) => option.taken > 0).sort((a, b) => b.taken - a.taken).slice(0, 5);
  if (!taken.length) return [];
  const parts = taken.map((option) => say("page_answer_option", { name: optionName(option), amount: number(scaled(option.taken, "carbon"), SCALES.carbon[state.l][1]), price: price(option) }));
  return [say("page_answer_options", { year: finalYear(focus()), parts: listed(parts), unit: unit("carbon") })];
}

function throughWhat() {
  const other = counterpart();
  const splits = other ? answerYears().map((year) => [year, effectsBetween(other.id, state.f, year)]).filter(([, found]) => found && found.length) : [];
  if (splits.length) return [...splits.map(([year, found]) => say("page_answer_causes", { year, other: pick(other.title), parts: causesText(found), unit: unit("carbon") })), ...largestOptions()];
  const since = effectsSince(focus());
  return since.length ? [say("page_answer_since", { first: focus().years[0], year: finalYear(focus()), parts: causesText(since), unit: unit("carbon") }), ...largestOptions()] : [];
}

function atWhatCost() {
  const [item, other] = [focus(), counterpart()];
  const [first, last] = [item.years[1], finalYear(item)];
  const lines = [];
  if (other && finalYear(other) === last) {
    const [own, others] = [item, other].map((one) => costOf(one) * Math.max(0, ...one.run.stages.filter((stage) => stage.goal === "cost").map((stage) => stage.gap)));
    const open = own + others;
    const [cost, saved] = [costOf(item) - costOf(other), total(other) - total(item)];
    const known = Math.abs(cost) > open && saved > 0;
    lines.push(say("page_answer_cost", { first, last, other: pick(other.title), cost: signedAmount(cost, "money"), open: amountOf(open, "money"),
      invested: signedAmount(investedBy(item, last) - investedBy(other, last), "money"), saved: signedAmount(-saved, "carbon") }));
    lines.push(known ? say("page_answer_price", { low: number(((cost - own) / saved) * 1e4, 0), high: number(((cost + others) / saved) * 1e4, 0) }) : say("page_answer_no_price"));
  } else lines.push(say("page_answer_spent", { first, last, cost: amountOf(costOf(item), "money"), invested: amountOf(investedBy(item, last), "money") }));
  if (item.steps.length) lines.push(say("page_answer_steps", { amount: amountOf(item.steps.reduce((sum, step) => sum + step.tonnes, 0), "carbon"),
    low: number(Math.min(...item.steps.map((step) => step.price)), 0), high: number(Math.max(...item.steps.map((step) => step.price)), 0) }));
  return lines;
}

function whichBind() {
  const named = (key) => focus().clauses.filter((clause) => clause.state === key).map((clause) => pick(DATA.clauses[clause.id].name));
  const parts = [["state_missed", "page_answer_missed"], ["state_binding", "page_answer_binding"], ["state_no_quota", "page_answer_no_quota"]].map(([key, text]) => [named(key), text]);
  const lines = parts.filter(([names]) => names.length).map(([names, text]) => say(text, { count: names.length, names: listed(names) }));
  return lines.length ? lines : [say("page_answer_none_bind")];
}

function whatWorth() {
  const { prices, shapley } = focus().studies;
  const finely = (tonnes) => `${tonnes > 0 ? "+" : ""}${number(scaled(tonnes / 1e4, "carbon"), SCALES.carbon[state.l][1] + 1)}`;
  const most = (row) => Math.max(Math.abs(row.down || 0), Math.abs(row.up || 0));
  const lines = [...prices].sort((a, b) => most(b) - most(a)).slice(0, 3).map((row) => say("page_answer_worth", { name: pick(DATA.clauses[row.id].name),
    step: `${number(row.step, 0)} ${pick(DATA.clauses[row.id].unit)}`, down: row.down === null ? "–" : finely(row.down), up: row.up === null ? "–" : finely(row.up), unit: unit("carbon") }));
  const game = shapley.find((study) => study.lead === "emissions" && !study.held);
  if (game) lines.push(say("page_answer_shares", { parts: listed(game.players.map((player) => `${playerName(player)} ${finely(player.value * 1e4)}`)), unit: unit("carbon") }));
  return lines.length ? lines : [say("page_answer_run", { command: `python run.py prices ${state.f}` })];
}

function howSure() {
  const item = focus();
  const lines = [say("page_answer_grades", { grades: gradeText(item.grades.emissions), certified: certifiedText(item) })];
  const found = item.futures;
  if (found && found.solved) lines.push(say("page_answer_futures", { solved: number(found.solved, 0), all: number(found.members, 0), year: final(found.years), low: shown(final(found.fan.q5), "carbon"), high: amountOf(final(found.fan.q95), "carbon"),
    targets: found.all_met === null ? "–" : `${number(100 * found.all_met, 0)} %` }));
  else if (HOOKS.kept(state.f)) lines.push(say("page_answer_run", { command: `python run.py ensemble ${state.f} --samples 200` }));
  return lines;
}

function answersView() {
  const questions = [["page_ask_much", howMuch], ["page_ask_through", throughWhat], ["page_ask_cost", atWhatCost], ["page_ask_bind", whichBind], ["page_ask_worth", whatWorth], ["page_ask_sure", howSure]];
  const rows = questions.map(([key, answer]) => [say(key), answer()]).filter(([, lines]) => lines.length)
    .map(([question, lines]) => ({ cells: [question, el("span", {}, lines.map((line) => el("span", { class: "line" }, `${line} `)))] }));
  return { id: "answers", title: say("page_answers_title", { focus: title(state.f) }), columns: [{ name: say("page_question") }, { name: say("page_answer") }], rows,
    note: say(counterpart() ? "page_answers_note" : "page_answers_alone") };
}

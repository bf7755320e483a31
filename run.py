"""Command line: parse, call the model's verbs, print, end with a meaningful exit code."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from model.errors import Fault, InfeasibleError, InputError, PathwayError
from model.language import Language, Speaker, default_language
from model.names import NAME

if TYPE_CHECKING:
    from model.bench import Settings

ROOT = Path(__file__).parent
FORMULATION = ROOT / "docs" / "formulation.md"
HELP = Speaker(default_language())
BASE_YEAR = 2020

app = typer.Typer(
    help=HELP("help"), invoke_without_command=True, no_args_is_help=False, add_completion=False, pretty_exceptions_enable=False
)
Lang = Annotated[Language | None, typer.Option("--lang", help=HELP("help_lang"))]
Names = Annotated[list[str] | None, typer.Argument(help=HELP("help_names"))]


def _console() -> Console:
    """A console as wide as its terminal, or wide enough for the tables when printed to a file."""
    console = Console()
    return console if console.is_terminal else Console(width=150)


def _say(lang: Language | None) -> Speaker:
    return Speaker(lang or default_language())


@app.callback()
def main(context: typer.Context, lang: Lang = None) -> None:
    """Without a verb: run the plan."""
    if context.invoked_subcommand is None:
        run(["plan"], lang)


@app.command(help=HELP("help_run"))
def run(
    names: Names = None,
    lang: Lang = None,
    time_limit: Annotated[float | None, typer.Option(help=HELP("help_time"), min=0.1)] = None,
    gap: Annotated[float | None, typer.Option(help=HELP("help_gap"), min=0, max=0.99)] = None,
    threads: Annotated[int | None, typer.Option(help=HELP("help_threads"), min=1)] = None,
    seed: Annotated[int | None, typer.Option(help=HELP("help_seed"), min=0)] = None,
) -> None:
    """Run scenarios one after the other and print each result."""
    from model.live import Live
    from model.runner import Folders, read_checked
    from model.runner import run as run_scenario
    from model.scenario import read_scenario
    from model.show import result_views

    say, console, folders = _say(lang), _console(), Folders(ROOT)
    for name in names or ["plan"]:
        options = read_scenario(folders.scenario(name)).solver
        asked = {"time_limit": time_limit, "gap": gap, "threads": threads, "seed": seed}
        changed: dict[str, object] = {key: value for key, value in asked.items() if value is not None}
        changed |= {"gaps": {}} if gap is not None else {}
        with Live(console, say) as live:
            stored = run_scenario(folders, name, options=options.model_copy(update=changed), listener=live.heard, announce=live.step)
        for view in result_views(stored, read_checked(folders.province(str(stored.manifest["data"]))), say, folders.results):
            console.print(view)
        if not stored.manifest["optimal"]:
            raise typer.Exit(4)


@app.command(help=HELP("help_check"))
def check(
    names: Annotated[list[str] | None, typer.Argument(help=HELP("help_data"))] = None,
    write: Annotated[bool, typer.Option("--write", help=HELP("help_write"))] = False,
    lang: Lang = None,
) -> None:
    """Check data folders (all by default) and every scenario file, also against its data."""
    from model.datapackage import check_descriptor, write_descriptor
    from model.runner import Folders, prepare, read_checked

    say, console, folders = _say(lang), _console(), Folders(ROOT)
    faults: list[Fault] = []
    for name in names or sorted(path.name for path in folders.data.iterdir() if path.is_dir()):
        try:
            tables = read_checked(folders.province(name))
            write_descriptor(tables.folder) if write else check_descriptor(tables.folder)
            console.print(say("checked", folder=f"data/{name}", rows=sum(len(rows) for rows in tables.rows.values())))
        except InputError as error:
            faults += error.faults
    for path in sorted(folders.scenarios.glob("*.yaml")) if not names and not faults else []:
        try:
            prepare(folders, path.stem, without_activity=True)
            console.print(say("checked_scenario", name=path.stem))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)


@app.command(help=HELP("help_replay"))
def replay(name: Annotated[str, typer.Argument(help=HELP("help_names"))] = "plan", lang: Lang = None) -> None:
    """Replay the base year of a scenario's data."""
    from model.contract import Inconsistency
    from model.replay import gate
    from model.replay import replay as compare
    from model.runner import Folders, prepare
    from model.show import inconsistency_table, replay_table

    say, console = _say(lang), _console()
    tables, _, problem = prepare(Folders(ROOT), name, without_activity=True)
    compared = compare(problem, tables)
    console.print(replay_table(compared, say))
    if tables.of(Inconsistency):
        console.print(inconsistency_table(tables.of(Inconsistency), say))
    gates = [item for item in compared if item.row.kind == "gate"]
    failed = gate(problem, tables)
    console.print(say("replay_summary", passed=sum(g.passed for g in gates), failed=len(failed), checks=len(compared) - len(gates)))
    for line in failed:
        console.print(line, markup=False)
    if failed:
        raise typer.Exit(7)


@app.command(help=HELP("help_show"))
def show(names: Names = None, lang: Lang = None) -> None:
    """Show stored results."""
    from model.runner import Folders, read_checked, read_result
    from model.show import result_views

    say, console, folders = _say(lang), _console(), Folders(ROOT)
    for name in names or ["plan"]:
        stored = read_result(folders, name)
        for view in result_views(stored, read_checked(folders.province(str(stored.manifest["data"]))), say, folders.results):
            console.print(view)


@app.command(help=HELP("help_math"))
def math(check: Annotated[bool, typer.Option("--check", help=HELP("help_stale"))] = False, lang: Lang = None) -> None:
    """Generate the formulation page, or say whether it is stale."""
    from model.formulation import formulation

    say, page, name = _say(lang), formulation(), str(FORMULATION.relative_to(ROOT))
    if check:
        fresh = FORMULATION.exists() and FORMULATION.read_text(encoding="utf-8") == page
        _console().print(say("math_fresh" if fresh else "math_stale", path=name))
        raise typer.Exit(0 if fresh else 2)
    FORMULATION.parent.mkdir(exist_ok=True)
    FORMULATION.write_text(page, encoding="utf-8")
    _console().print(say("math_written", path=name))


@app.command(help=HELP("help_synth"))
def synth(
    lines: Annotated[int, typer.Option(help=HELP("help_lines"), min=1, max=50_000)],
    output: Annotated[Path, typer.Option("-o", "--output", help=HELP("help_output"))],
    years: Annotated[int, typer.Option(help=HELP("help_years"), min=2, max=60)] = 6,
    seed: Annotated[int, typer.Option(help=HELP("help_seed"), min=0)] = 0,
    lang: Lang = None,
) -> None:
    """Make a synthetic data folder and a scenario of the same name."""
    from model.datapackage import write_descriptor
    from model.runner import Folders, read_checked
    from model.synth import scenario_text, synthesise, write_tables

    say, folders = _say(lang), Folders(ROOT)
    folder = (ROOT / output).resolve()
    scenario = folders.scenarios / f"{folder.name}.yaml"
    if folder.parent != folders.data.resolve() or folder.exists() or scenario.exists() or not NAME.fullmatch(folder.name):
        raise InputError([Fault(str(output), say("synth_outside"))])
    last = BASE_YEAR + years - 1
    rows = synthesise(read_checked(folders.province("chongqing")), lines, last, seed)
    write_tables(rows, folder)
    write_descriptor(folder)
    scenario.write_text(scenario_text(folder.name, last), encoding="utf-8")
    _console().print(say("synth_done", folder=f"data/{folder.name}", lines=len(rows["lines"]), scenario=f"scenarios/{scenario.name}"))


@app.command(help=HELP("help_bench"))
def bench(
    instances: Annotated[list[str] | None, typer.Argument(help=HELP("help_instances"))] = None,
    configs: Annotated[str, typer.Option(help=HELP("help_configs"))] = "highs",
    repeats: Annotated[int, typer.Option(help=HELP("help_repeats"), min=1, max=100)] = 3,
    seeds: Annotated[str, typer.Option(help=HELP("help_seeds"))] = "0",
    time_limit: Annotated[float, typer.Option(help=HELP("help_limit"), min=0.01)] = 60.0,
    gap: Annotated[float, typer.Option(help=HELP("help_bench_gap"), min=0, max=0.99)] = 1e-4,
    relax: Annotated[bool, typer.Option("--relax", help=HELP("help_relax"))] = False,
    output: Annotated[Path, typer.Option("-o", "--output", help=HELP("help_book"))] = Path("results/bench/latest"),
    write_mps: Annotated[Path | None, typer.Option(help=HELP("help_mps"))] = None,
    compare: Annotated[bool, typer.Option("--compare", help=HELP("help_compare"))] = False,
    grow: Annotated[str | None, typer.Option(help=HELP("help_grow"))] = None,
    years: Annotated[str, typer.Option(help=HELP("help_grow_years"))] = "6",
    lang: Lang = None,
) -> None:
    """Benchmark solver runs, compare two run books, or measure growth with size."""
    from model.bench import Settings

    say = _say(lang)
    numbers = _numbers("--seeds", seeds, 0, 2**31 - 1, say)
    if compare:
        _compare(instances or [], say)
    elif grow is not None:
        _grow(_numbers("--grow", grow, 1, 50_000, say), _numbers("--years", years, 2, 60, say), numbers[0], repeats, time_limit, say)
    else:
        settings = Settings(repeats, numbers, time_limit, gap, relax, write_mps)
        _bench(instances or ["plan"], configs, settings, output, say)


def _numbers(option: str, text: str, least: int, most: int, say: Speaker) -> tuple[int, ...]:
    """Whole numbers separated by commas, each once."""
    words = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdigit() and len(word) < 12 and least <= int(word) <= most for word in words):
        raise InputError([Fault(option, say("bench_list", least=least, most=most, text=text))])
    return tuple(dict.fromkeys(int(word) for word in words))


def _bench(names: list[str], configs: str, settings: "Settings", output: Path, say: Speaker) -> None:
    from model.bench import Listener, chosen, run_book, write_book
    from model.show import book_views, run_line

    console = _console()
    listener = Listener(
        lambda item: console.print(say("bench_skipped", config=item.name, how=item.install), markup=False),
        lambda run, of, record: console.print(run_line(run, of, record, say), markup=False),
    )
    book, rows = run_book(ROOT, names, chosen([word.strip() for word in configs.split(",") if word.strip()]), settings, listener)
    if not rows:
        console.print(say("bench_none"))
        raise typer.Exit(2)
    for view in book_views(book, say):
        console.print(view)
    written, table = write_book(output, book, rows)
    console.print(say("bench_written", book=written, table=table), markup=False)


def _compare(paths: list[str], say: Speaker) -> None:
    from model.bench import ratios, read_book
    from model.show import ratio_table

    if len(paths) != 2:
        raise InputError([Fault("--compare", say("bench_books"))])
    found = ratios(read_book(Path(paths[0])), read_book(Path(paths[1])))
    if not found:
        raise InputError([Fault("--compare", say("bench_no_common"))])
    _console().print(ratio_table(found, say))


def _grow(lines: tuple[int, ...], years: tuple[int, ...], seed: int, repeats: int, time_limit: float, say: Speaker) -> None:
    from model.bench import Sizes, measure_growth
    from model.show import growth_views

    console = _console()

    def finished(record: dict[str, Any]) -> None:
        seconds, memory = sum(record["seconds"].values()), max(record["memory"].values())
        console.print(say("bench_size", lines=record["lines"], years=record["years"], seconds=seconds, memory=memory))

    for view in growth_views(measure_growth(ROOT, Sizes(lines, years, seed, repeats, time_limit), finished), say):
        console.print(view)


def _explain(error: PathwayError, say: Speaker) -> list[str]:
    """What a user reads of an error."""
    from model.show.faults import fault_lines
    from model.show.text import clean

    if isinstance(error, InputError):
        return fault_lines(error, say)
    if isinstance(error, InfeasibleError):
        return [say("error_infeasible", what=clean(str(error)))]
    return [clean(str(error))]


if __name__ == "__main__":
    try:
        app()
    except PathwayError as problem:
        errors = Console(stderr=True)
        wanted = [word for word in sys.argv if word in ("zh", "en")]
        for text in _explain(problem, Speaker(Language(wanted[0]) if wanted else default_language())):
            errors.print(text, markup=False, style="red")
        sys.exit(problem.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)

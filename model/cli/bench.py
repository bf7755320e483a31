"""``bench``: solver runs measured, two run books compared, growth with size."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from model.cli.common import HELP, Lang, open_console, root_of, speaker
from model.errors import Fault, InputError
from model.language import Speaker, told

if TYPE_CHECKING:
    from model.bench import Settings, Sizes


def bench(
    context: typer.Context,
    instances: Annotated[list[str] | None, typer.Argument(help=HELP("help_instances"))] = None,
    configs: Annotated[str, typer.Option(help=HELP("help_configs"))] = "highs",
    repeats: Annotated[int, typer.Option(help=HELP("help_repeats"), min=1, max=100)] = 3,
    seeds: Annotated[str, typer.Option(help=HELP("help_seeds"))] = "0",
    time_limit: Annotated[float, typer.Option(help=HELP("help_limit"), min=0.01, max=86_400)] = 60.0,
    gap: Annotated[float, typer.Option(help=HELP("help_bench_gap"), min=0, max=0.99)] = 1e-4,
    relax: Annotated[bool, typer.Option("--relax", help=HELP("help_relax"))] = False,
    output: Annotated[Path, typer.Option("-o", "--output", help=HELP("help_book"))] = Path("results/bench/latest"),
    write_mps: Annotated[Path | None, typer.Option(help=HELP("help_mps"))] = None,
    compare: Annotated[bool, typer.Option("--compare", help=HELP("help_bench_compare"))] = False,
    grow: Annotated[str | None, typer.Option(help=HELP("help_grow"))] = None,
    years: Annotated[str, typer.Option(help=HELP("help_grow_years"))] = "6",
    plot: Annotated[Path | None, typer.Option(help=HELP("help_plot"))] = None,
    lang: Lang = None,
) -> None:
    """Benchmark solver runs, compare two run books, or measure growth with size."""
    from model.bench import Settings, Sizes

    say = speaker(lang)
    numbers = _numbers("--seeds", seeds, 0, 2**31 - 1)
    if compare:
        _compare(instances or [], say)
    elif grow is not None:
        sizes = Sizes(_numbers("--grow", grow, 1, 50_000), _numbers("--years", years, 2, 60), numbers[0], repeats, time_limit)
        _grow(root_of(context), sizes, plot, say)
    else:
        settings = Settings(repeats, numbers, time_limit, gap, relax, write_mps)
        _bench(root_of(context), instances or ["plan"], configs, settings, output, plot, say)


def _numbers(option: str, text: str, least: int, most: int) -> tuple[int, ...]:
    """Whole numbers separated by commas, each once."""
    words = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdigit() and len(word) < 12 and least <= int(word) <= most for word in words):
        raise InputError([Fault(option, told("bench_list", least=least, most=most, text=text))])
    return tuple(dict.fromkeys(int(word) for word in words))


def _bench(root: Path, names: list[str], configs: str, settings: "Settings", output: Path, plot: Path | None, say: Speaker) -> None:
    from model.bench import Listener, chosen, run_book, slowness, write_book
    from model.show import book_views, profile_plot, run_line

    console = open_console()
    listener = Listener(
        lambda item: console.print(say("bench_skipped", config=item.name, how=say.told(item.install)), markup=False),
        lambda run, of, record: console.print(run_line(run, of, record, say), markup=False),
    )
    book, rows = run_book(root, names, chosen([word.strip() for word in configs.split(",") if word.strip()]), settings, listener)
    if not rows:
        console.print(say("bench_none"))
        raise typer.Exit(2)
    for view in book_views(book, say):
        console.print(view)
    if plot is not None:
        profile_plot(slowness(book), plot, say)
    written, table = write_book(output, book, rows)
    console.print(say("bench_written", book=written, table=table), markup=False)


def _compare(paths: list[str], say: Speaker) -> None:
    from model.bench import ratios, read_book
    from model.show import ratio_table

    if len(paths) != 2:
        raise InputError([Fault("--compare", told("bench_books"))])
    found = ratios(read_book(Path(paths[0])), read_book(Path(paths[1])))
    if not found:
        raise InputError([Fault("--compare", told("bench_no_common"))])
    open_console().print(ratio_table(found, say))


def _grow(root: Path, sizes: "Sizes", plot: Path | None, say: Speaker) -> None:
    from model.bench import measure_growth
    from model.show import growth_plot, growth_views

    console = open_console()

    def finished(record: dict[str, Any]) -> None:
        seconds, memory = sum(record["seconds"].values()), max(record["memory"].values())
        console.print(say("bench_size", lines=record["lines"], years=record["years"], seconds=seconds, memory=memory))

    records = measure_growth(root, sizes, finished)
    for view in growth_views(records, say):
        console.print(view)
    if plot is not None:
        growth_plot(records, plot, say)

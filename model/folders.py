"""Where scenarios, data and results live; names that could leave their folder are refused."""

from dataclasses import dataclass
from pathlib import Path

from model.errors import Fault, InputError
from model.language import Told, told
from model.names import NAME


def _plain(name: str, where: str, what: Told) -> str:
    """A name that cannot leave its folder; any other is refused."""
    if not NAME.fullmatch(name):
        raise InputError([Fault(where, told("no_plain_name", name=name, what=what))])
    return name


@dataclass(frozen=True)
class Folders:
    """Where scenarios, data and results live."""

    root: Path

    @property
    def scenarios(self) -> Path:
        """Scenario files."""
        return self.root / "scenarios"

    def scenario(self, name: str) -> Path:
        """File of a scenario; refuses what is no plain name."""
        return self.scenarios / f"{_plain(name, 'scenarios', told('fault_scenario'))}.yaml"

    @property
    def data(self) -> Path:
        """Data folders."""
        return self.root / "data"

    def province(self, name: str) -> Path:
        """A data folder; refuses what is no plain name."""
        return self.data / _plain(name, "data", told("word_data_folder"))

    @property
    def results(self) -> Path:
        """Stored results."""
        return self.root / "results"

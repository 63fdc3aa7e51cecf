"""What a check finds, and how many figures it has looked at."""

from dataclasses import dataclass, field

from trainingplan.rules.numbers import format_count

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two places that do not say the same: each place, its figure as displayed, and what is the matter."""

    where: str
    figure: str
    other_where: str
    other_figure: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.figure} ≠ {self.other_where}: {self.other_figure}. {self.message}"


@dataclass(frozen=True, slots=True)
class CheckResult:
    disagreements: tuple[Disagreement, ...]
    compared: int

    @property
    def clean(self) -> bool:
        return not self.disagreements


@dataclass
class Findings:
    """Collects what the checks find."""

    disagreements: list[Disagreement] = field(default_factory=list)
    compared: int = 0

    def equal(self, where: str, figure: int, other_where: str, other: int, message: str) -> None:
        """Two figures that must be the same."""
        self.hold(where, format_count(figure), other_where, format_count(other), message, holds=figure == other)

    def at_most(self, where: str, figure: int, other_where: str, other: int, message: str) -> None:
        """A figure that must not exceed another."""
        self.hold(where, format_count(figure), other_where, format_count(other), message, holds=figure <= other)

    def hold(self, where: str, figure: str, other_where: str, other: str, message: str, *, holds: bool) -> None:
        """Two places of which something must hold."""
        self.compared += 1
        if not holds:
            self.disagreements.append(Disagreement(where, figure, other_where, other, message))

    def result(self) -> CheckResult:
        return CheckResult(tuple(dict.fromkeys(self.disagreements)), self.compared)

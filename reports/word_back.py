"""The Word file that came back: what was changed in it by hand, what no longer agrees. Nothing of it is taken over."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.checks import Disagreement, Rule
from reports.checks.findings import NOTHING, Findings
from reports.checks.places import of_quota
from reports.checks.quotas import load_grids
from reports.checks.text import check_text
from reports.document import LetterHead
from reports.fields import Figures, Kind, load_figures
from reports.plan_document import has_text, plan_document
from reports.profiles import Profile
from reports.renderers.layout import profile_of
from reports.renderers.txt import render_txt
from reports.rules.word_alignment import TooDifferent, in_common
from reports.text import TextParagraph, plan_text
from reports.word_back_child import read_word_apart
from reports.word_back_figures import FigureChange, changed_figures, is_changed, sums_of
from reports.word_back_file import FileRefused, WordFile, WordParagraph
from reports.word_back_lines import Comparison, Said, WordChange, compare, plan_lines
from trainingplan.models import Plan
from trainingplan.rules.numbers import format_count

LEAST_IN_COMMON = 30
"""A file with fewer phrases of the plan in a hundred is another text."""
_APPENDIX = "PHỤ LỤC "


@dataclass(frozen=True, slots=True)
class WordBack:
    """What the file has otherwise: words, figures, and what does not agree in the text as the file has it."""

    file: WordFile
    changes: tuple[WordChange, ...]
    figures: tuple[FigureChange, ...]
    disagreements: tuple[Disagreement, ...]
    paragraphs: int
    numbers: int
    left_out: int = 0

    @property
    def clean(self) -> bool:
        """Word for word the plan's text."""
        return not self.changes


def read_back(plan: Plan, content: bytes) -> WordBack:
    """Hold a .docx against the plan's text. Raises FileRefused for what is no text of this plan."""
    file = read_word_apart(content)
    figures = load_figures(plan)
    paragraphs = plan_text(plan, figures).paragraphs
    printed = _printed(plan, figures)
    own, left_out = _without_appendices([one for one in file.paragraphs if _says_something(one.text)])
    _check_same_text(plan, printed, own)
    try:
        found = compare(plan_lines(printed, paragraphs), own)
    except TooDifferent as error:
        raise FileRefused(_other_text(plan)) from error
    _check_year(plan, found.numbers)
    kinds = dict(plan.appendices.values_list("number", "kind"))
    changed = changed_figures(found.numbers, figures, load_grids(plan, figures, kinds))
    return WordBack(
        file=file,
        changes=tuple(found.changes),
        figures=changed,
        disagreements=tuple(_no_longer(plan, figures, paragraphs, found)),
        paragraphs=len(own),
        numbers=len(found.numbers),
        left_out=left_out,
    )


def _printed(plan: Plan, figures: Figures) -> list[WordParagraph]:
    """The plan's text in the order in which its Word file has it: of the head, first the left side."""
    document = plan_document(plan, figures)
    if not has_text(plan):
        raise FileRefused("Kế hoạch chưa có văn bản để đối chiếu.")
    heads = [block for block in document.blocks if isinstance(block, LetterHead)]
    text = render_txt(replace(document, blocks=tuple(b for b in document.blocks if b not in heads), mark="")).decode()
    lines = [line for head in heads for line in _head(head, profile_of(document))] + text.splitlines()
    return [WordParagraph(" ".join(line.split())) for line in lines if _says_something(line)]


def _head(head: LetterHead, profile: Profile) -> list[str]:
    left = [*head.bodies[:-1], head.bodies[-1].upper(), profile.number_line(head.number, head.symbol), head.subject]
    return [*left, profile.motto, profile.motto_below, profile.place_and_date(head.place, head.dated, head.year)]


def _says_something(text: str) -> bool:
    """Lines and stars that adorn the page say nothing."""
    return any(letter.isalnum() for letter in text)


def _without_appendices(paragraphs: Sequence[WordParagraph]) -> tuple[Sequence[WordParagraph], int]:
    """The text before the first appendix, and how many paragraphs were left out with the appendices."""
    for number, one in enumerate(paragraphs):
        if one.text.startswith(_APPENDIX) and one.text.removeprefix(_APPENDIX).isalnum():
            return paragraphs[:number], len(paragraphs) - number
    return paragraphs, 0


def _check_same_text(plan: Plan, printed: Sequence[WordParagraph], own: Sequence[WordParagraph]) -> None:
    if in_common([one.text for one in printed], [one.text for one in own]) < LEAST_IN_COMMON:
        raise FileRefused(_other_text(plan))


def _check_year(plan: Plan, numbers: Sequence[Said]) -> None:
    """The text of another year's plan may be the same but for its year."""
    years = [said.number for said in numbers if said.piece.field and said.piece.field.kind is Kind.YEAR]
    if years:
        year, times = Counter(years).most_common(1)[0]
        if year is not None and year != plan.year and 2 * times > len(years):
            raise FileRefused(f"Tệp là văn bản của kế hoạch năm {year}, không phải kế hoạch năm {plan.year}.")


def _other_text(plan: Plan) -> str:
    return f"Tệp không phải văn bản của kế hoạch năm {plan.year}: hầu hết nội dung khác. Kiểm tra lại tệp đã chọn."


def _no_longer(
    plan: Plan, figures: Figures, paragraphs: Sequence[TextParagraph], found: Comparison
) -> list[Disagreement]:
    """What the check finds in the text of the file and not in the plan's, without what the figures tell already."""
    before, after = Findings(), Findings()
    check_text(plan, figures, paragraphs, before)
    check_text(plan, figures, found.paragraphs, after)
    known = {(one.key, one.figure, one.other_figure) for one in before.result().disagreements}
    told = _told(figures, found.numbers)
    return [
        one
        for one in after.result().disagreements
        if (one.key, one.figure, one.other_figure) not in known
        and (one.rule, one.place.stable, one.other_figure) not in told
        and one.rule not in {Rule.MONEY, Rule.BUDGET_SAID}
    ]


def _told(figures: Figures, numbers: Sequence[Said]) -> set[tuple[Rule, str, str]]:
    """Findings of the check, as rule, place and other figure, that a changed figure tells in its own words."""
    told: set[tuple[Rule, str, str]] = set()
    for one in sums_of(numbers, figures):
        if one.broken:
            told |= {(rule, one.total.place.stable, format_count(one.made)) for rule in (Rule.ITEMS, Rule.BRACKETS)}
    for said in numbers:
        if is_changed(said) and said.number is None and said.piece.field:
            quotas = figures.named(said.piece.field)
            told |= {(Rule.QUOTA_SAID, of_quota(quota).stable, NOTHING) for quota in quotas}
    return told

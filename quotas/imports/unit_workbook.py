"""The kind of file that is a unit's own workbook: given out pre-filled, taken back cell by cell."""

from collections.abc import Mapping

from quotas.imports.grid import Read, find_grid
from quotas.imports.unit_form import CELLS, KEY_HEAD, NUMBER_HEAD, PERSON_HEAD
from quotas.imports.unit_seal import AGAIN, has_seal, seal_in, unit_of
from quotas.imports.unit_workbook_cells import read_cells
from quotas.imports.unit_workbook_made import unit_workbook
from quotas.imports.unit_workbook_people import Context, read_people
from trainingplan.imports.kinds import Contents
from trainingplan.models import Participant, Plan, User
from trainingplan.policies import Action
from trainingplan.reading import Book
from trainingplan.services.refusals import Refused

ELSEWHERE = (
    "Mỗi đơn vị một phiếu: tải ở trang «Đăng ký nhu cầu» của đơn vị, hoặc tất cả một lần ở trang «Tiến độ đăng ký»."
)


class UnitWorkbook:
    """Cells and people are written by the services of the screens, with the versions that were given out."""

    key = "phieu-dang-ky"
    title = "Phiếu đăng ký của đơn vị"
    help = (
        "Phiếu tải ở trang «Đăng ký nhu cầu», đã nhập khi không có mạng. Ô mà người khác sửa trên mạng sau khi tải "
        "phiếu thì không bị ghi đè."
    )
    action = Action.EDIT_REGISTRATION
    needs_plan = True

    def template(self, plan: Plan | None, actor: User) -> tuple[str, bytes] | None:
        """The actor's own unit's; the Board takes those of units from their pages, or all as one zip."""
        if plan is None or actor.unit is None:
            raise Refused(ELSEWHERE)
        if not Participant.objects.filter(plan=plan, unit=actor.unit).exists():
            raise Refused(ELSEWHERE)
        return unit_workbook(plan, actor.unit, actor)

    def recognises(self, book: Book) -> bool:
        return has_seal(book)

    def contents(self, book: Book, *, plan: Plan | None, actor: User, answers: Mapping[str, str]) -> Contents:
        if plan is None:
            raise Refused("Chọn kế hoạch năm mà phiếu thuộc về rồi nhập lại.")
        seal = seal_in(book)
        unit = unit_of(seal, plan, actor)
        cells_grid, people_grid = find_grid(book, KEY_HEAD, NUMBER_HEAD), find_grid(book, PERSON_HEAD)
        if cells_grid is None and people_grid is None:
            raise Refused(f"Tệp không còn trang «{CELLS}» với dòng tiêu đề của phiếu. {AGAIN}")
        read: list[Read] = []
        if cells_grid is not None:
            read.append(read_cells(cells_grid, seal, plan, unit))
        if people_grid is not None:
            read.append(read_people(people_grid, Context(seal, plan, unit, actor, answers)))
        return Contents(
            tables=tuple(one.table for one in read if one.table is not None),
            problems=tuple(problem for one in read for problem in one.problems),
            questions=tuple(question for one in read for question in one.questions),
            notes=tuple(note for one in read for note in one.notes),
        )


UNIT_WORKBOOK = UnitWorkbook()

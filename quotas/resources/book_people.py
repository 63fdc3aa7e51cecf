"""The whole-plan workbook's people and rosters. A person is known by unit, name and birth, namesakes by a number."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import tablib
from django.core.exceptions import ValidationError

from quotas.models import Nomination, Person
from quotas.resources.book import PROGRAMME, QUOTA, QUOTAS, BoundedSheet, programme_of_quota, quota_of_row
from quotas.resources.ceilings import Part
from quotas.resources.tables import PersonName
from quotas.services.nominations import KEPT, kept_people, lock_units, outdate_forms
from trainingplan.readings import note_people
from trainingplan.resources.book import BookResource, Pending
from trainingplan.resources.book_columns import (
    BookColumn,
    Directory,
    KeyRef,
    PersonalBookColumn,
    Scene,
    Texts,
    illustrative_column,
    key_column,
    name_column,
    part_column,
)
from trainingplan.resources.book_units import UNITS
from trainingplan.resources.columns import Choice, Count, PartialDay, YesNo, cell_text
from trainingplan.resources.files import ROW

UNIT, NAME, BIRTH, TWIN = "Khóa đơn vị", "Họ và tên", "Ngày sinh", "Người thứ"
OWN_UNIT = "Khóa đơn vị của cán bộ"


def of_the_plan(year: int) -> list[Person]:
    """The people on the plan's rosters, namesakes of one unit and birth in a lasting order."""
    people = Person.objects.filter(nominations__quota__programme__plan__year=year).distinct().order_by("pk")
    return sorted(people.select_related("unit"), key=lambda one: (one.unit.key, one.name_sort, *_content(one), one.pk))


def _content(person: Person) -> tuple[Any, ...]:
    birth = person.birth_year or 0, person.birth_month or 0, person.birth_day or 0
    return person.full_name, birth, person.sex, person.job_title, person.education, person.illustrative


def _identity(person: Person) -> tuple[Any, ...]:
    return person.unit_id, person.ethnicity, *_content(person)


def _people(scene: Scene) -> Iterable[tuple[int, Texts, str]]:
    count: Counter[Texts] = Counter()
    for person in of_the_plan(scene.year):
        key = person.unit.key, person.full_name, person.birth.display() if person.birth else ""
        count[key] += 1
        yield person.pk, (*key, str(count[key])), person.full_name


PEOPLE = Directory("person", "cán bộ", "Cán bộ", (UNIT, NAME, BIRTH, TWIN), _people, numeric=True)


class TwinColumn(BookColumn):
    """Which of several people of one unit, name and birth; nobody is asked where there is one."""

    def get_value(self, instance: Person) -> int:
        number: int = vars(instance).get("twin", 1)
        return number


class BirthColumn(BookColumn):
    """One column for year, month and day, of which the later may be unknown."""

    def save(self, instance: Person, row: Mapping[str, Any], *_: Any, **kwargs: Any) -> None:
        birth = self.clean(row)
        instance.birth_year = birth.year if birth else None
        instance.birth_month = birth.month if birth else None
        instance.birth_day = birth.day if birth else None


class PersonSheet(BookResource):
    about = "Cán bộ có tên trong danh sách cử đi của kế hoạch, mỗi người một dòng."
    directory = PEOPLE

    unit = key_column(
        "unit_id", UNIT, UNITS, required=True, meaning="Đơn vị của cán bộ.", example="huyen-uy-mau"
    )  # fmt: skip
    unit_name = name_column("unit_id", "Đơn vị", UNITS)
    full_name = BookColumn(
        "full_name", NAME, PersonName(), required=True, meaning="Họ và tên đầy đủ.", example="Nguyễn Thị Mẫu"
    )
    birth = BirthColumn(
        "birth",
        BIRTH,
        PartialDay(),
        required=True,
        covers=("birth_year", "birth_month", "birth_day"),
        meaning="Biết đến đâu ghi đến đó: 05/12/1984, 12/1984 hoặc 1984.",
        example="1984",
    )
    twin = TwinColumn(
        "twin",
        TWIN,
        Count(minimum=1, maximum=1000, empty=1),
        required=True,
        meaning="Để trống hoặc 1; ghi 2, 3 … khi một đơn vị có nhiều người cùng tên, cùng ngày sinh.",
        example=1,
    )
    sex = BookColumn("sex", "Giới tính", Choice(Person.Sex.choices), required=True, meaning="nam, nữ.", example="nữ")
    job_title = BookColumn("job_title", "Chức vụ", meaning="Chức vụ hiện tại.", example="Phó trưởng ban")
    ethnicity = PersonalBookColumn("ethnicity", "Dân tộc", meaning="Dữ liệu nhạy cảm; để trống nếu không cần.")
    education = BookColumn("education", "Trình độ hiện tại", meaning="Trình độ cao nhất.", example="Đại học")
    illustrative = illustrative_column()

    class Meta:
        model = Person
        import_id_fields = ("unit", "full_name", "birth", "twin")
        name = "Cán bộ"

    def get_queryset(self) -> Any:
        """The plan's people with their numbers among namesakes."""
        people = of_the_plan(self.scene.year)
        self._own = {person.pk for person in people}
        keys = self.scene.index(PEOPLE).keys
        for person in people:
            vars(person)["twin"] = int(keys[person.pk][-1])
        return people

    def export(self, *args: Any, **kwargs: Any) -> tablib.Dataset:
        """Whose ethnicity leaves with the file is noted."""
        dataset = super().export(*args, **kwargs)
        sensitive = Person.objects.filter(pk__in=self._own).exclude(ethnicity="").order_by()
        note_people(sensitive.values_list("pk", flat=True))
        return dataset

    def place(self, row: Person) -> tuple[Any, ...]:
        return row.unit.key, row.name_sort, row.full_name, self.columns["birth"].export(row), vars(row)["twin"]

    def rows_to_change(self) -> Any:
        return self.get_queryset()

    def get_instance(self, instance_loader: Any, row: Mapping[str, Any]) -> Any:
        """An unknown birth is part of the key as well; so is the first among namesakes, where nobody said which."""
        try:
            key = tuple(self.columns[name].clean(row) for name in self.get_import_id_fields())
        except ValueError:
            return None  # the cell is refused, with its reason, when it is read
        if (before := self._rows_by_key.setdefault(key, row[ROW])) != row[ROW]:
            raise ValidationError(f"Trùng với dòng {before} của tệp: cùng một người. Bỏ bớt, hoặc ghi «{TWIN}» khác.")
        return instance_loader.get_instance(key)

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """The rosters' forms take the unit before its people, and so does a file."""
        super().before_import(dataset, **kwargs)
        lock_units(Person.objects.order_by().values_list("unit_id", flat=True).distinct())
        self._kept = kept_people()

    def init_instance(self, row: Mapping[str, Any] | None = None) -> Person:
        return Person()

    def problems_of(self, instance: Person) -> dict[str, str]:
        return {"full_name": KEPT} if instance.pk in self._kept else {}

    def write(self, pending: Sequence[Pending]) -> None:
        """A new row that says the same of somebody who is known from another plan is that very record."""
        known = {_identity(one): one.pk for one in Person.objects.order_by("-pk") if one.pk not in self._own}
        for one in pending:
            if one.before is None and (pk := known.pop(_identity(one.row), None)):
                one.row.pk, one.row._state.adding = pk, False
        super().write([one for one in pending if one.before is not None or one.row._state.adding])
        outdate_forms(*(one.row for one in pending if one.before is not None))

    def key_texts(self, row: Person) -> Texts:
        birth = row.birth.display() if row.birth else ""
        return self.scene.index(UNITS).keys[row.unit_id][0], row.full_name, birth, str(vars(row).get("twin", 1))

    def title_of(self, row: Person) -> str:
        return row.full_name

    def name_of(self, instance: Person) -> str:
        birth = instance.birth.display() if instance.birth else ""
        unit = self.scene.index(UNITS).names.get(instance.unit_id, "")
        return " – ".join(filter(None, (instance.full_name, birth, unit)))


class PersonRef(KeyRef):
    """The person's number among namesakes, 1 where it is left blank; her unit is the sending one where it is."""

    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> int | None:
        cells = dict(row or {})
        cells[OWN_UNIT] = cell_text(cells.get(OWN_UNIT)) or cell_text(cells.get(UNIT))
        birth = PartialDay().read(cell_text(cells.get(BIRTH)))
        cells[BIRTH] = birth.display() if birth else ""
        cells[NAME] = PersonName().read(cell_text(cells.get(NAME)))
        return super().clean(cell_text(value) or "1", cells)


class NominationSheet(BoundedSheet):
    about = "Danh sách cử đi: ai, trong chỗ của đơn vị nào, học gì."
    part = Part.NOMINATION

    programme = programme_of_quota(QUOTAS)
    quota = quota_of_row()
    unit = key_column("unit_id", UNIT, UNITS, required=True, meaning="Đơn vị cử đi.", example="huyen-uy-mau")
    unit_name = name_column("unit_id", "Đơn vị", UNITS)
    own_unit = part_column(
        "person_id",
        OWN_UNIT,
        PEOPLE,
        0,
        listed=UNITS,
        meaning="Đơn vị của người ấy ở sheet Cán bộ; để trống nếu là đơn vị cử.",
    )
    full_name = part_column(
        "person_id", NAME, PEOPLE, 1, required=True, meaning="Như ở sheet Cán bộ.", example="Nguyễn Thị Mẫu"
    )
    birth = part_column("person_id", BIRTH, PEOPLE, 2, required=True, meaning="Như ở sheet Cán bộ.", example="1984")
    person = BookColumn(
        "person_id",
        TWIN,
        PersonRef(PEOPLE, scope=(OWN_UNIT, NAME, BIRTH)),
        required=True,
        covers=("person",),
        meaning="Như ở sheet Cán bộ; thường là 1.",
        example=1,
    )
    reserve = BookColumn("reserve", "Dự bị", YesNo(), meaning="Ghi «có» nếu ở danh sách dự bị.")
    degree = BookColumn("degree", "Trình độ đăng ký", meaning="Đại học, thạc sĩ, tiến sĩ …")
    field_of_study = BookColumn("field_of_study", "Ngành, chuyên ngành", meaning="Ngành đăng ký học.")
    institution = BookColumn("institution", "Cơ sở đào tạo", meaning="Tên trường, viết như sẽ in.")
    mode = BookColumn("mode", "Hình thức", meaning="Chính quy, vừa làm vừa học …")
    duration = BookColumn("duration", "Thời gian", meaning="Ví dụ 2024–2026.")
    funding = BookColumn("funding", "Nguồn kinh phí", meaning="Viết như sẽ in.")
    planned_post = BookColumn("planned_post", "Quy hoạch", meaning="Chức danh quy hoạch.")
    class_name = BookColumn("class_name", "Lớp", meaning="Tên lớp.", example="Lớp bồi dưỡng mẫu")
    note = BookColumn("note", "Ghi chú", meaning="Nếu cần.")
    illustrative = illustrative_column()

    class Meta:
        model = Nomination
        import_id_fields = ("quota", "person")
        name = "Cử đi"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("person")

    def place(self, row: Nomination) -> tuple[Any, ...]:
        roster = (self.columns[name].export(row) for name in ("programme", "quota"))
        person = (self.columns[name].export(row) for name in ("own_unit", "full_name", "birth", "person"))
        return (*roster, row.reserve, row.person.name_sort, *person)

    def title_of(self, row: Nomination) -> str:
        return self.scene.index(PEOPLE).names.get(row.person_id, "")

    def name_of(self, instance: Nomination) -> str:
        names = self.scene.index(PEOPLE).names
        return f"{names.get(instance.person_id, '')} – {self.scene.index(QUOTAS).names.get(instance.quota_id, '')}"


__all__ = ["PEOPLE", "PROGRAMME", "QUOTA", "NominationSheet", "PersonSheet"]

"""What an amendment changes: each difference of the data in exactly one item, in the words of the paper."""

import copy
import random
from collections.abc import Callable

import pytest
from pytest_django.plugin import DjangoDbBlocker

from reports.amendment_effects import effects_of
from reports.amendment_items import Group, Item, Sort, items_of, narrowed
from reports.amendment_state import State
from reports.amendment_words import lines, sentence
from reports.rules.amendment import bundle
from reports.rules.compare import Data, Removed, Row, apply, canonical, compare
from reports.snapshot import completed, take_snapshot
from trainingplan.models import Plan

QUOTA = "cao-cap-ly-luan-chinh-tri/hoan-chinh-cao-cap"
LINE = "cao-cap-khong-tap-trung"
pytestmark = pytest.mark.django_db  # without it pytest-django would make no database of its own to load the plan into


@pytest.fixture(scope="module")
def data(_loaded_module: None, django_db_blocker: DjangoDbBlocker) -> Data:
    """The real plan, read once."""
    with django_db_blocker.unblock():
        return take_snapshot(Plan.objects.get(year=2024))


def items(old: Data, new: Data) -> tuple[Item, ...]:
    return items_of(State(old), State(canonical(new)))


def changed_at_random(old: Data, seed: int) -> Data:
    """Rows of any table gone, doubled, and with other values."""
    chance, new = random.Random(seed), copy.deepcopy(old)  # noqa: S311 - the same every time
    for rows in new.values():
        for key in chance.sample(sorted(rows), min(3, len(rows))):
            what = chance.randrange(3)
            if what == 0:
                del rows[key]
            elif what == 1:
                rows[f"{key}-moi"] = dict(rows[key])
            elif rows[key]:
                field = chance.choice(sorted(rows[key]))
                value = rows[key][field]
                rows[key][field] = (
                    (not value) if isinstance(value, bool) else value + 1 if isinstance(value, int) else f"{value} x"
                )
    return canonical(new)


@pytest.mark.one_database("two sets of data are compared in Python")
@pytest.mark.parametrize("seed", range(6))
def test_every_difference_is_in_exactly_one_item(data: Data, seed: int) -> None:
    """And so the items, applied, give the new data exactly."""
    new = changed_at_random(data, seed)
    differences = compare(data, new)
    parts = [part for one in bundle(differences) for part in one.parts]
    assert len(parts) == len(differences) > 20
    assert sorted(map(repr, parts)) == sorted(map(repr, differences))
    assert apply(data, parts) == new


def test_the_same_data_has_no_items(data: Data) -> None:
    assert items(data, copy.deepcopy(data)) == ()
    assert effects_of(State(data), State(copy.deepcopy(data))) == ()


def test_a_cell_of_the_allocation(data: Data) -> None:
    new = copy.deepcopy(data)
    key = next(key for key in new["allocation"] if "hoan-chinh" in key)
    new["allocation"][key] |= {"number": 4, "illustrative": False}
    (item,) = items(data, new)
    assert (item.group, item.sort, item.place, item.appendix) == (Group.ALLOCATION, Sort.CHANGED, "Phụ lục 1", 1)
    assert (item.old, item.new, item.difference, item.word) == ("1", "4", 3, "chỉ tiêu")
    assert State(data).unit(key.rpartition("/")[2]) in item.subject
    totals = {effect.place: effect.difference for effect in effects_of(State(data), State(new))}
    assert totals == {"Tổng cộng phụ lục 1": 3}


def test_a_quota_changes_the_text_without_the_text_being_changed(data: Data) -> None:
    new = copy.deepcopy(data)
    new["quota"]["cao-cap-ly-luan-chinh-tri/hoan-chinh-cao-cap"]["number"] = 4
    (item,) = items(data, new)
    assert (item.group, item.place, item.old, item.new) == (Group.QUOTA, "Mục II.1.1.1", "3", "4")
    effects = effects_of(State(data), State(new))
    assert [effect.place for effect in effects if effect.difference is None] == ["Mục II.1.1.1, điểm b"] * 2
    assert any("113 chỉ tiêu" in effect.old and "114 chỉ tiêu" in effect.new for effect in effects)


def test_a_line_of_the_text_is_quoted_as_it_is_printed(data: Data) -> None:
    new = copy.deepcopy(data)
    key = next(key for key, row in data["slot"].items() if key.startswith("cao-cap") and row["position"] == 2)
    lines = str(new["slot"][key]["body"]).splitlines()
    new["slot"][key]["body"] = "\n".join([lines[0].replace("Theo", "Căn cứ"), *lines[1:], "Một đoạn mới, năm {year}."])
    (item,) = items(data, new)
    assert (item.group, item.place) == (Group.TEXT, "Mục II.1.1.1, điểm b")
    assert [(one.old[:4], one.new[:6]) for one in item.details] == [("Theo", "Căn cứ"), ("", "Một đo")]
    assert item.details[1].new == "Một đoạn mới, năm 2024."


def test_a_person_who_leaves_takes_her_record_along(data: Data) -> None:
    new = copy.deepcopy(data)
    key, row = next(iter(data["nomination"].items()))
    del new["nomination"][key]
    del new["person"][str(row["person"])]
    (item,) = items(data, new)
    assert (item.group, item.sort, item.new) == (Group.PEOPLE, Sort.REMOVED, "bỏ khỏi danh sách")
    assert str(data["person"][str(row["person"])]["full_name"]) in item.subject
    assert {part.table for part in item.bundle.parts if isinstance(part, Removed)} == {"nomination", "person"}


def test_a_person_in_the_place_of_an_example_is_printed(data: Data) -> None:
    new = copy.deepcopy(data)
    key, row = next((key, row) for key, row in new["nomination"].items() if row["illustrative"])
    row["illustrative"] = False
    new["person"][str(row["person"])]["full_name"] = "Trần Thị Mận"
    (item,) = items(data, new)
    assert (item.key, item.printed) == (f"nomination/{key}", True)
    assert "Trần Thị Mận" in sentence(item)


def test_a_person_s_protected_data_are_never_told(data: Data) -> None:
    new = copy.deepcopy(data)
    key = next(key for key, row in data["person"].items() if row.get("ethnicity"))
    new["person"][key] |= {"ethnicity": "Bí mật", "job_title": "Chức vụ mới"}
    (item,) = items(data, new)
    assert "Bí mật" not in item.told
    assert "Chức vụ mới" in item.told


def test_a_budget_line_is_one_item_with_its_costs_and_what_its_sources_pay(data: Data) -> None:
    new = copy.deepcopy(data)
    row, cost = new["budgetline"][LINE], new["estimateline"][f"{LINE}/2"]
    more = int(cost["amount"])
    cost |= {"level": int(cost["level"]) * 2, "amount": more * 2}
    row |= {"amount": int(row["amount"]) + more, "opens_on": "2024-05-06"}
    new["budgetshare"][first(data, "budgetshare", line=LINE)]["amount"] = row["amount"]
    (item,) = items(data, new)
    assert (item.group, item.difference, item.word) == (Group.BUDGET, more, "đồng")
    assert [(one.label, one.old, one.new) for one in item.details] == [
        ("ngày khai giảng", "15/04/2024", "06/05/2024"),
        ("khoản «Tài liệu học tập», mức dùng", "1.500.000", "3.000.000"),
    ]
    effects = effects_of(State(data), State(new))
    assert [effect.difference for effect in effects] == [more, more, None]
    assert "36.511.988.780" in effects[-1].old


def test_places_follow_from_rows_that_come(data: Data) -> None:
    new = copy.deepcopy(data)
    for row in new["section"].values():
        row["position"] = int(row["position"]) + 1
    (moved,) = items(data, new)
    assert moved.subject == f"sắp xếp lại {len(data['section'])} chỗ"
    new["section"]["moi"] = {"position": 1, "marker": "V.", "heading": "MỤC MỚI"}
    (came,) = items(data, new)
    assert (came.sort, came.place, came.new) == (Sort.ADDED, "Mục V", "MỤC MỚI")


def test_what_the_papers_do_not_print_is_marked(data: Data) -> None:
    new = copy.deepcopy(data)
    registration = next(iter(new["registration"].values()))
    registration["number"] = 77
    next(iter(new["allocation"].values()))["illustrative"] = False
    quota = new["quota"]["cao-cap-ly-luan-chinh-tri/hoan-chinh-cao-cap"]
    quota["held"] = 1
    assert [item.printed for item in items(data, new)] == [False] * 3


def test_long_paragraphs_are_cut_to_what_differs() -> None:
    words = [f"từ{n}" for n in range(100)]
    other = [*words[:50], "KHÁC", *words[51:]]
    old, new = narrowed(" ".join(words), " ".join(other))
    assert (old[:1], old[-1:], len(new.split())) == ("…", "…", 15)
    assert "từ50" in old
    assert "KHÁC" in new
    assert narrowed("", " ".join(words)) == ("", " ".join(words))
    assert narrowed("ngắn", "gọn") == ("ngắn", "gọn")
    assert narrowed(" ".join(words), " ".join(words[:60]))[1].endswith("từ59")


def told(old: Data, change: Callable[[Data], object]) -> list[str]:
    """The sentences, each with the lines below it."""
    new = copy.deepcopy(old)
    change(new)
    items = items_of(State(old), State(canonical(new)))
    return ["\n- ".join([sentence(item), *lines(item)]) for item in items if item.printed]


def first(data: Data, table: str, **wanted: object) -> str:
    rows = sorted(data[table].items())
    return next(key for key, row in rows if all(row.get(name) == value for name, value in wanted.items()))


def test_numbers_are_padded_as_in_prose(data: Data) -> None:
    def change(new: Data) -> None:
        new["quota"][QUOTA]["number"] = 2

    (words,) = told(data, change)
    assert words.startswith("Điều chỉnh mục II.1.1.1, Hoàn chỉnh chương trình")
    assert words.endswith(": từ 03 chỉ tiêu thành 02 chỉ tiêu (giảm 01 chỉ tiêu).")


def test_a_quota_s_other_values(data: Data) -> None:
    (words,) = told(data, lambda new: new["quota"][QUOTA].update(qualifier="exact"))
    assert words.endswith(", mức độ: «dự kiến» thành «đúng».")


def test_a_cell_that_was_empty(data: Data) -> None:
    row: Row = {"quota": QUOTA, "unit": "so-y-te", "number": 1}
    (words,) = told(data, lambda new: new["allocation"].update({f"{QUOTA}/so-y-te": row}))
    assert words.startswith("Bổ sung vào phụ lục 1, Sở Y tế, Hoàn chỉnh chương trình")
    assert words.endswith(": 01 chỉ tiêu.")


def test_people(data: Data) -> None:
    key = first(data, "nomination", reserve=False, quota="dai-hoc/dai-hoc")
    person = str(data["nomination"][key]["person"])

    def change(new: Data) -> None:
        new["person"][person] |= {"job_title": "Bí thư", "education": "Thạc sĩ"}
        new["person"]["9999"] = {"full_name": "Lê Thị Mới", "birth_year": 1990, "unit": "so-y-te", "sex": "female"}
        row = data["nomination"][key] | {"person": 9999, "unit": "so-y-te", "class_name": "Lớp 2"}
        new["nomination"][f"{key.rpartition('/')[0]}/9999"] = row

    added, changed = sorted(told(data, change))
    assert added.startswith("Bổ sung vào phụ lục 2: đồng chí Lê Thị Mới, sinh 1990 (Sở Y tế) – lớp: Lớp 2")
    head, *below = changed.split("\n- ")
    assert head.startswith("Điều chỉnh phụ lục 2, đồng chí ")
    assert head.endswith(":")
    assert [line.partition(" «")[0] for line in below] == ["trình độ hiện tại", "chức vụ"]


def test_money_that_came_and_went(data: Data) -> None:
    share = first(data, "budgetshare", line=LINE)

    def change(new: Data) -> None:
        del new["budgetline"][LINE], new["budgetshare"][share]
        for cost in [key for key in data["estimateline"] if key.startswith(f"{LINE}/")]:
            del new["estimateline"][cost]
        new["budgetline"]["moi"] = data["budgetline"][LINE] | {"content": "Lớp mới"}

    went, came = sorted(told(data, change))
    assert came == "Bổ sung vào phụ lục 8, Lớp mới: 2.304.000.000 đồng."
    assert went.startswith("Bỏ khỏi phụ lục 8, Lớp cao cấp lý luận chính trị")


def test_who_pays_a_line(data: Data) -> None:
    share = first(data, "budgetshare", line=LINE)
    other = next((key for key in data["fundsource"] if key != data["budgetshare"][share]["source"]), "khac")

    def change(new: Data) -> None:
        new["fundsource"].setdefault(other, {"name": "Nguồn khác", "position": 9})
        new["budgetshare"][share]["amount"] = 1_900_000_000
        new["budgetshare"][f"{LINE}/{other}"] = {"line": LINE, "source": other, "amount": 50_000_000}

    (words,) = told(data, change)
    assert "nguồn Ngân sách tỉnh «2.304.000.000» thành «1.900.000.000»." in words
    assert "bổ sung nguồn Nguồn khác «50.000.000»." in words


def test_the_text(data: Data) -> None:
    def change(new: Data) -> None:
        new["section"]["muc-moi"] = {"position": 99, "marker": "V.", "heading": "MỤC MỚI", "body": "Năm {year}."}
        new["section"]["yeu-cau"]["body"] = "\n".join(str(new["section"]["yeu-cau"]["body"]).splitlines()[:-1])

    words = told(data, change)
    assert words == ["Bỏ tại mục I.2: «Sử dụng kinh phí đào tạo, bồi dưỡng tiết kiệm, hiệu quả.».",
                     "Bổ sung mục V: «MỤC MỚI Năm 2024.»."]  # fmt: skip


def test_order_and_form(data: Data) -> None:
    def change(new: Data) -> None:
        one, two = (new["section"][key] for key in ("dai-hoc", "sau-dai-hoc"))
        one["position"], two["position"] = two["position"], one["position"]
        new["appendixcolumn"]["1/9999"] = {
            "appendix": 1,
            "head": "Ký nhận",
            "source": "note",
            "position": 99,
            "width": 9,
        }
        new["appendix"]["4"]["title"] = "Tên mới"

    title = data["appendix"]["4"]["title"]
    assert told(data, change) == [
        "Sắp xếp lại 2 chỗ trong thứ tự các mục.",
        "Bổ sung vào phụ lục 1, cột của phụ lục: «Ký nhận».",
        f"Điều chỉnh phụ lục 4, tên phụ lục: «{title}» thành «Tên mới».",
    ]


def test_sections_that_changed_places_are_named(data: Data) -> None:
    new = copy.deepcopy(data)
    one, two = (new["section"][key] for key in ("thuc-hien-truong-chinh-tri", "thuc-hien-don-vi"))
    for field in ("position", "marker"):
        one[field], two[field] = two[field], one[field]
    (item,) = items(data, new)
    assert (item.group, item.subject, sentence(item)) == (
        Group.TEXT,
        "sắp xếp lại 2 chỗ",
        "Sắp xếp lại thứ tự các mục:",
    )
    assert sorted(line.rpartition("»: ")[2] for line in lines(item)) == [
        "mục IV.3 thành mục IV.4.",
        "mục IV.4 thành mục IV.3.",
    ]
    assert any(line.startswith("«Trường Chính trị tỉnh»: ") for line in lines(item))


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (("plan", "2024", "signer_name"), "Lê Văn Ký", "Điều chỉnh kế hoạch, người ký: «"),
        (("plan", "2024", "recipients"), "Một\nHai", "» thành «Một; Hai»."),
        (
            ("programme", "dai-hoc", "abroad"),
            "có",
            "Điều chỉnh chương trình, Đào tạo trình độ đại học, ở nước ngoài: «",
        ),
        (("budgetline", LINE, "bloc"), "nha-nuoc", "» thành «Khối Nhà nước»."),
        (("budgetline", LINE, "note"), "Mới", "mở tại Trường Chính trị tỉnh: ghi chú «Mới»."),
        (("unit", "so-y-te", "name"), "Sở Y", "Điều chỉnh đơn vị, Sở Y, tên đơn vị: «Sở Y tế» thành «Sở Y»."),
        (("normitem", "nq-04-2019/quan-ly-lop", "measure"), "lớp", ": đơn vị tính «"),
    ],
)
def test_fields_are_named_and_nothing_is_told_in_codes(
    data: Data, place: tuple[str, str, str], value: str, words: str
) -> None:
    table, key, field = place
    (told_so,) = told(data, lambda new: new[table][key].update({field: value}))
    assert words in told_so


@pytest.mark.parametrize(
    ("table", "key", "words"),
    [
        ("appendix", "8", "Bỏ phụ lục 8: Dự kiến kinh phí đào tạo, bồi dưỡng năm 2024."),
        ("participant", "so-y-te", "Bỏ đơn vị tham gia: Sở Y tế."),
        ("normset", "nq-04-2019", "Bỏ khỏi phụ lục 8: 04/2019/NQ-HĐND."),
    ],
)
def test_what_goes_is_named_once(data: Data, table: str, key: str, words: str) -> None:
    assert told(data, lambda new: new[table].pop(key)) == [words]


def test_columns_that_came_to_the_program_later_are_no_change(data: Data) -> None:
    old = copy.deepcopy(data)
    for row in old["budgetline"].values():
        for name in ("months", "outside_plan"):
            if not row[name]:
                del row[name]
    assert items(old, data)
    assert completed(old) == data == completed(data)


def test_where_a_quota_is_taught(data: Data) -> None:
    key = first(data, "quota_institutions", quota=QUOTA)
    (words,) = told(data, lambda new: new["quota_institutions"].pop(key))
    assert words.startswith("Bỏ tại mục II.1.1.1, Hoàn chỉnh chương trình")
    assert "cơ sở đào tạo" in words
    assert words.endswith("».")

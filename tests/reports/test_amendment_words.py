"""Each kind of change in the words of the paper."""

import copy
from collections.abc import Callable

import pytest

from reports.amendment_items import items_of
from reports.amendment_state import State
from reports.amendment_words import lines, sentence
from reports.rules.compare import Data, Row, canonical
from reports.snapshot import take_snapshot
from trainingplan.models import Plan

QUOTA = "cao-cap-ly-luan-chinh-tri/hoan-chinh-cao-cap"
LINE = "cao-cap-khong-tap-trung"


@pytest.fixture
def data(plan_2024: Plan) -> Data:
    return take_snapshot(plan_2024)


def told(old: Data, change: Callable[[Data], object]) -> list[str]:
    """The sentences, each with the lines below it."""
    new = copy.deepcopy(old)
    change(new)
    items = items_of(State(old), State(canonical(new)))
    return ["\n- ".join([sentence(item), *lines(item)]) for item in items if item.printed]


def first(data: Data, table: str, **wanted: object) -> str:
    rows = data[table].items()
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
    assert words.startswith("Bổ sung phụ lục 1, Sở Y tế: Hoàn chỉnh chương trình")
    assert words.endswith(": 01 chỉ tiêu.")


def test_people(data: Data) -> None:
    key = first(data, "nomination", reserve=False)
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
        new["budgetline"]["moi"] = data["budgetline"][LINE] | {"content": "Lớp mới"}

    went, came = sorted(told(data, change))
    assert came == "Bổ sung phụ lục 8, Lớp mới: 1.950.000.000 đồng."
    assert went.startswith("Bỏ phụ lục 8, Lớp cao cấp lý luận chính trị")


def test_who_pays_a_line(data: Data) -> None:
    share = first(data, "budgetshare", line=LINE)
    other = next((key for key in data["fundsource"] if key != data["budgetshare"][share]["source"]), "khac")

    def change(new: Data) -> None:
        new["fundsource"].setdefault(other, {"name": "Nguồn khác", "position": 9})
        new["budgetshare"][share]["amount"] = 1_900_000_000
        new["budgetshare"][f"{LINE}/{other}"] = {"line": LINE, "source": other, "amount": 50_000_000}

    (words,) = told(data, change)
    assert "nguồn Ngân sách tỉnh «1.950.000.000» thành «1.900.000.000»." in words
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
        "Sắp xếp lại 2 chỗ trong mục của kế hoạch.",
        "Bổ sung vào phụ lục 1, cột của phụ lục: «Ký nhận».",
        f"Điều chỉnh phụ lục 4, tên phụ lục: «{title}» thành «Tên mới».",
    ]


def test_where_a_quota_is_taught(data: Data) -> None:
    key = first(data, "quota_institutions", quota=QUOTA)
    (words,) = told(data, lambda new: new["quota_institutions"].pop(key))
    assert words.startswith("Bỏ tại mục II.1.1.1, Hoàn chỉnh chương trình")
    assert "cơ sở đào tạo" in words
    assert words.endswith("».")

"""A spoilt folder is refused wholly: every error with its file, line and reason, and nothing is written."""

from pathlib import Path

import pytest

from tests.loaded import FACTS, ILLUSTRATIVE
from tests.trainingplan.folders import copy, edit, refusal
from trainingplan.models import Change, Plan, Unit, UnitGroup


@pytest.mark.django_db
def test_all_errors_are_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    facts = copy(FACTS, tmp_path)
    edit(facts / "plan.toml", 'place = "Quảng Ngãi"', 'place = ""')
    edit(facts / "units.csv", "so-noi-vu,Sở Nội vụ,", "so-noi-vu,,")
    edit(facts / "participants.csv", "so-tu-phap,nha-nuoc", "so-tu-phap,nha-nuoc-khac")
    edit(facts / "appendices.toml", 'kind = "budget"', 'kind = "bugdet"')
    edit(facts / "quotas.toml", "number = 2\n", "number = -2\n")
    message = refusal(facts)
    assert "2024/plan.toml, dòng 10: place: chưa có giá trị." in message
    assert "2024/units.csv, dòng 26: name: chưa có giá trị." in message
    assert "2024/participants.csv, dòng 24: group: không có khối «nha-nuoc-khac»." in message
    assert "2024/appendices.toml, dòng 128: kind: " in message
    assert "2024/quotas.toml, dòng 128: number: «-2» là số âm." in message
    assert message.startswith(f"Không nạp {facts}; còn 5 lỗi:")
    assert not Plan.objects.exists()
    assert not Unit.objects.exists()
    assert not Change.objects.exists()


@pytest.mark.one_database("files are judged before anything is written")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("quotas.toml", "number = 45", "number = 4.5", "quotas.toml, dòng 23: number: 4.5 không phải số nguyên"),
        ("quotas.toml", "number = 45", 'number = "4,5"', "quotas.toml, dòng 23: number: «4,5» không phải số"),
        ("quotas.toml", "number = 45", "number = 2000000", "quotas.toml, dòng 23: number: "),
        ("quotas.toml", "number = 45", "nubmer = 45", "quotas.toml, dòng 23: nubmer: không có trường này"),
        ("quotas.toml", '"full_time"', '"fulltime"', "quotas.toml, dòng 13: mode: "),
        ("quotas.toml", '["hoc-vien-hcm"]', '["hoc-vien-x"]', "dòng 14: institutions: không có cơ sở đào tạo «hoc-v"),
        ("quotas.toml", "appendix = 1", "appendix = 9", "quotas.toml, dòng 16: appendix: không có phụ lục «9»."),
        ("quotas.toml", "number = 5\n", "number = = 5\n", "quotas.toml, dòng 10: không đọc được TOML"),
        ("appendices.toml", 'quota = "hoan-chinh-cao-cap"', 'quota = "hoan"', "quota: không có chỉ tiêu «hoan»."),
        ("sections.toml", 'parent = "noi-dung"', 'parent = "noi-dun"', "parent: không có mục đứng trước «noi-dun»."),
        ("sections.toml", 'key = "yeu-cau"', 'key = "muc-dich"', "dòng 28: key: «muc-dich» đã có ở trên."),
        ("programmes.toml", 'nature = "training"', 'nature = "train"', "programmes.toml, dòng 10: nature: "),
        ("groups.csv", ",3", ",ba", "groups.csv, dòng 5: position: «ba» không phải số"),
        ("groups.csv", ",3", ",3,4", "groups.csv, dòng 5: có 4 ô, tiêu đề có 3 cột."),
        ("groups.csv", '"Khối huyện', '"Khối" huyện', "groups.csv, dòng 5: dòng CSV viết sai"),
        ("units.csv", ",so-noi-vu", ",", ""),
        ("units.csv", "2023-01-01,mặc định", "31/02/2023,mặc định", "valid_from: «31/02/2023» không có trong lịch"),
        ("units.csv", "2023-01-01,mặc định", "2023,mặc định", "valid_from: phải đủ ngày, tháng, năm."),
        ("fund_sources.csv", ",1,có", ",1,co", "fund_sources.csv, dòng 3: provincial: chỉ nhận «có»"),
        ("norms.toml", "issued_on = 2019-04-10", 'issued_on = "sang năm"', "norms.toml, dòng 8: issued_on: "),
        ("plan.toml", "year = 2024", 'year = "hai nghìn"', "plan.toml, dòng 1: year: "),
        ("plan.toml", 'profile = "HD36"', 'profile = "một thể thức dài"', "plan.toml, dòng 15: profile: "),
        ("participants.csv", "unit,group", "unit,groop", "group: chưa có giá trị."),
    ],
)
def test_an_error_names_file_line_and_reason(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    facts = copy(FACTS, tmp_path)
    if not message:
        (facts / "la.csv").write_text("a,b\n1,2\n", encoding="utf-8")
        assert "2024/la.csv: không rõ tệp này chứa gì" in refusal(facts)
        return
    edit(facts / file, old, new)
    assert message in refusal(facts)
    assert not Plan.objects.exists()


@pytest.mark.django_db
def test_a_refused_record_is_not_refused_again_where_it_is_named(tmp_path: Path) -> None:
    facts = copy(FACTS, tmp_path)
    edit(facts / "units.csv", "so-noi-vu,Sở Nội vụ,Sở NV,ubnd-tinh,nha-nuoc,2023-01-01", "so-noi-vu,,,,,")
    message = refusal(facts)
    assert "units.csv" in message
    assert "participants.csv" not in message


@pytest.mark.django_db
def test_a_file_of_another_encoding_is_refused(tmp_path: Path) -> None:
    facts = copy(FACTS, tmp_path)
    (facts / "groups.csv").write_bytes("key,name,position\na,Khối Đảng,1\n".encode("utf-16"))
    assert "groups.csv: không phải tệp chữ UTF-8." in refusal(facts)


@pytest.mark.django_db
def test_illustrative_data_needs_its_plan() -> None:
    assert "plan.toml, dòng 1: year: chưa có kế hoạch năm 2024" in refusal(ILLUSTRATIVE)


@pytest.mark.django_db
def test_what_the_database_refuses_is_told_as_well(tmp_path: Path) -> None:
    facts = copy(FACTS, tmp_path)
    edit(facts / "groups.csv", "Khối Nhà nước,2", "Khối Nhà nước,1")
    assert "cơ sở dữ liệu từ chối" in refusal(facts)
    assert not UnitGroup.objects.exists()


def test_a_missing_folder_is_named() -> None:
    assert "Không có thư mục" in refusal(Path("khong-co"))

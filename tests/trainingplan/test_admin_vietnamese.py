"""Every page of the back office, with the real plan in it: it opens, and nothing on it is English."""

import re

import pytest

from tests.office import pages, signed_in, somebody, visible_text
from trainingplan.models import Change, Plan, Role, User

pytestmark = pytest.mark.one_database("words come from templates and catalogues of messages")

ENGLISH = (
    "Save|Delete|Deleted|Search|Home|Add|Added|Import|Export|Select|Selected|Filter|Filters|Submit|History|View|site|Log|"
    "Welcome|results?|found|Change|Changed|Edit|Close|Cancel|Yes|No|None|Unknown|Any|All|entries|entry|password|Password|"
    "Username|Required|This|field|value|Please|correct|errors?|below|Today|Now|Next|Previous|Show|Hide|Run|Actions?|row|"
    "Format|File|Choose|upload|Preview|Confirm|Update|Skipped|New|True|False|Empty|Reset|Light|Dark|System|Type|"
    "Administration|Django|Models?|application|Object|objects|Are|you|sure|Back|Return|Toggle|Date|Time|Sunday|January"
)
FOREIGN = re.compile(rf"(?<![\w/.-])(?:{ENGLISH})(?![\w/.-])")
# What the house itself says with such a word.
OURS = re.compile(r"\bdd/mm\b")


def english_in(html: str) -> list[str]:
    return sorted(set(FOREIGN.findall(OURS.sub("", visible_text(html)))))


def test_the_search_for_english_sees_it() -> None:
    html = '<p>Lưu</p><button title="Close">Save</button><span class="material-symbols-outlined">add</span>'
    assert english_in(html) == ["Close", "Save"]
    assert english_in("<script>var Save</script><span class='material-symbols-outlined'>Search</span>Đóng") == []


@pytest.mark.parametrize("role", [Role.BOARD, Role.ADMIN])
def test_every_page_opens_and_is_vietnamese(plan_2024: Plan, role: Role) -> None:
    user = somebody(role)
    client = signed_in(user)
    seen, foreign = 0, {}
    for page in pages():
        answer = client.get(page.url)
        if answer.status_code == 403:
            continue
        assert answer.status_code == 200, page
        seen += 1
        if words := english_in(answer.content.decode()):
            foreign[str(page)] = words
    for address in ("/quan-tri/", "/quan-tri/trainingplan/", "/quan-tri/password_change/"):
        answer = client.get(address)
        assert answer.status_code == 200
        if words := english_in(answer.content.decode()):
            foreign[address] = words
    assert foreign == {}
    assert seen >= (80 if role == Role.BOARD else 4)


def test_an_empty_list_and_a_search_without_result_are_vietnamese(plan_2024: Plan) -> None:
    client = signed_in(somebody(Role.BOARD))
    for address in ("/quan-tri/quotas/person/?q=khongcoai", "/quan-tri/trainingplan/unit/?q=khongcodau&e=1"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert english_in(answer.content.decode()) == []


def test_messages_after_saving_and_deleting_are_vietnamese(plan_2024: Plan) -> None:
    client = signed_in(somebody(Role.BOARD))
    form = {"key": "hoc-vien-thu", "name": "Học viện Thử", "short_name": ""}
    added = client.post("/quan-tri/courses/institution/add/", form, follow=True)
    assert "Đã thêm" in visible_text(added.content.decode())
    assert english_in(added.content.decode()) == []
    refused = client.post("/quan-tri/courses/institution/add/", form | {"name": ""})
    assert "Chưa nhập ô này." in visible_text(refused.content.decode())
    assert english_in(refused.content.decode()) == []


def test_the_calendar_speaks_vietnamese(plan_2024: Plan) -> None:
    script = signed_in(somebody(Role.BOARD)).get("/quan-tri/jsi18n/").content.decode()
    assert '"Today": "H\\u00f4m nay"' in script
    assert '"Cancel": "Th\\u00f4i"' in script
    assert '"%d/%m/%Y"' in script


def test_names_in_the_log_of_a_deactivated_account_stay(plan_2024: Plan) -> None:
    board = somebody(Role.BOARD)
    signed_in(board).post("/quan-tri/courses/institution/add/", {"key": "moi", "name": "Mới", "short_name": ""})
    User.objects.filter(pk=board.pk).update(full_name="Tên Khác", is_active=False)
    assert set(Change.objects.filter(table="institution").values_list("actor_name", flat=True)) == {
        "Ai Đó (ai-do-board)"
    }

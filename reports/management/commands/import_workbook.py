"""`manage.py import_workbook FILE.xlsx [--dry-run] [--good-rows] [--as USER]`: a whole plan from one workbook."""

import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError, CommandParser
from openpyxl.utils import get_column_letter

from reports.workbook.taking_in import TakenIn, take_in
from trainingplan.commands import PlainCommand
from trainingplan.imports.kinds import Problem
from trainingplan.models import User
from trainingplan.reading import Unreadable, read_book
from trainingplan.rules.numbers import format_count
from trainingplan.services.refusals import Refused


class Command(PlainCommand):
    """Exit 1 when anything is wrong with the file; without --good-rows nothing is written then."""

    help = "Nhập một sổ toàn kế hoạch vào kế hoạch đang có, hoặc vào cơ sở dữ liệu mới (xem docs/workbook.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="TỆP", help="sổ .xlsx của export_workbook, hoặc lập theo sổ mẫu")
        parser.add_argument("--dry-run", action="store_true", help="chỉ nói sẽ thêm, sửa gì; không ghi")
        parser.add_argument("--good-rows", action="store_true", help="nhập các dòng đúng, bỏ qua các dòng sai")
        parser.add_argument("--as", dest="username", metavar="TÊN", help="ghi nhật ký dưới tên tài khoản này")

    def handle(
        self, *args: Any, file: Path, dry_run: bool, good_rows: bool, username: str | None, **options: Any
    ) -> None:
        actor = _actor(username)
        try:
            book = read_book(file.name, file.read_bytes())
            taken = take_in(book, actor=actor, good_rows=good_rows, dry_run=dry_run)
        except OSError as error:
            raise CommandError(f"Không đọc được tệp «{file}».") from error
        except (Unreadable, Refused) as refusal:
            raise CommandError(str(refusal)) from refusal
        except PermissionDenied as error:
            raise CommandError(
                f"Tài khoản «{username}» không được sửa kế hoạch. Chọn tài khoản Ban Tổ chức."
            ) from error
        self._tell(taken, dry_run=dry_run)
        if taken.problems:
            sys.exit(1)

    def _tell(self, taken: TakenIn, *, dry_run: bool) -> None:
        for sheet, added, changed, same, refused in taken.counts:
            counts = (("thêm", added), ("sửa", changed), ("như cũ", same), ("từ chối", refused))
            words = ", ".join(f"{word} {format_count(count)}" for word, count in counts if count)
            self.stdout.write(f"{sheet}: {words or 'không có dòng nào'}")
        for problem in taken.problems:
            self.stdout.write(_words(problem))
        if taken.dependent:
            self.stdout.write(
                f"Còn {format_count(taken.dependent)} dòng chưa xét được, vì dòng mà chúng gọi tên còn lỗi ở trên."
            )
        self.stdout.write(_verdict(taken, dry_run=dry_run))


def _actor(username: str | None) -> User | None:
    if username is None:
        return None
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"Không có tài khoản «{username}» đang hoạt động.")
    return user


def _words(problem: Problem) -> str:
    """Sheet, row, column, value, reason, remedy, as far as the problem has them."""
    place = problem.place
    where = [f"Sheet «{place.sheet}»", f"dòng {place.row}"] if place else ["Cả tệp"]
    if place and place.column:
        where.append(f"cột {get_column_letter(place.column)}")
    if problem.value:
        where.append(f"giá trị «{problem.value}»")
    return f"{', '.join(where)}: {problem.reason} {problem.remedy}"


def _verdict(taken: TakenIn, *, dry_run: bool) -> str:
    count = format_count(len(taken.problems))
    if taken.kept:
        return f"Đã nhập các dòng đúng; còn {count} lỗi." if taken.problems else "Đã nhập."
    if dry_run:
        return f"Chưa ghi gì (--dry-run); có {count} lỗi." if taken.problems else "Chưa ghi gì (--dry-run); không lỗi."
    return f"Có {count} lỗi, chưa ghi gì. Sửa tệp rồi nhập lại."

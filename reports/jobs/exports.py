"""Files of a whole plan: all appendices, everything in one PDF, everything in every format."""

from reports.appendices import build_appendix
from reports.appendices.columns import WrongDefinition
from reports.document import Document
from reports.exports import WHOLE, Format, formats_of, plan_documents, zip_of
from reports.moments import one_moment
from reports.rendered import render_once, render_whole_once
from reports.scopes import scope_of, visible_appendices
from trainingplan.policies import Action
from trainingplan.services.refusals import Refused
from trainingplan.services.running import Running

OF_APPENDICES = (Format.XLSX, Format.PDF)
ZIP = "application/zip"
IN_ONE_FILE = "Đang dàn trang văn bản và các phụ lục vào một tệp PDF"


def export_appendices(run: Running) -> None:
    """All appendices that the asker may see, in Excel and PDF."""
    run.require(Action.SEE_APPENDICES)
    with one_moment():
        scope = scope_of(run.actor, run.plan)
        documents = []
        for shown in visible_appendices(run.actor, run.plan):
            try:
                documents.append(build_appendix(run.plan, shown, scope))
            except WrongDefinition as wrong:
                raise Refused(f"Chưa tải được tất cả: {shown} có lỗi. {wrong}") from wrong
    content = _zip(run, documents, OF_APPENDICES)
    run.keep_file(f"phu-luc-{run.plan.year}.zip", content, ZIP)


def export_whole(run: Running) -> None:
    """The plan and its appendices in one PDF."""
    documents = _whole_plan(run)
    run.progress(0, 0, IN_ONE_FILE)
    run.keep_file(WHOLE, render_whole_once(documents), Format.PDF.content_type)


def export_everything(run: Running) -> None:
    """The plan and its appendices in every format, and all of them in one PDF, as one archive."""
    documents = _whole_plan(run)
    run.progress(0, 0, IN_ONE_FILE)
    whole = {WHOLE: render_whole_once(documents)}
    content = _zip(run, documents, tuple(Format), whole)
    run.keep_file(f"ke-hoach-{run.plan.year}.zip", content, ZIP)


def _whole_plan(run: Running) -> list[Document]:
    run.require(Action.SEE_PLAN)
    with one_moment():
        appendices = visible_appendices(run.actor, run.plan)
        try:
            return plan_documents(run.plan, appendices, scope_of(run.actor, run.plan))
        except WrongDefinition as wrong:
            raise Refused(f"Chưa tải được toàn bộ: có phụ lục bị lỗi. {wrong}") from wrong


def _zip(
    run: Running, documents: list[Document], formats: tuple[Format, ...], more: dict[str, bytes] | None = None
) -> bytes:
    total = sum(len(formats_of(document, formats)) for document in documents)
    done = 0

    def tell(name: str) -> None:
        nonlocal done
        run.progress(done, total, f"Đang tạo tệp {name}")
        done += 1

    return zip_of(documents, formats, more=more, progress=tell, rendered=render_once)

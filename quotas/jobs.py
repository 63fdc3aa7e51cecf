"""Long work of quotas: the workbooks of all units as one archive."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from quotas.imports.unit_workbook_made import unit_workbook
from trainingplan.models import Unit
from trainingplan.policies import Action
from trainingplan.selectors import plan_units
from trainingplan.services.refusals import Refused
from trainingplan.services.running import Running


def export_unit_workbooks(run: Running) -> None:
    """One workbook a unit that takes part, in a folder of its khối."""
    run.require(Action.RUN_ROUND)
    members = plan_units(run.plan)
    if not members:
        raise Refused("Kế hoạch chưa có đơn vị tham gia, nên chưa có phiếu nào để lập.")
    units = Unit.objects.in_bulk([member.unit_id for member in members])
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for done, member in enumerate(members):
            run.progress(done, len(members), f"Đang lập phiếu của {member.name}")
            name, content = unit_workbook(run.plan, units[member.unit_id], run.actor)
            archive.writestr(f"{member.group.replace('/', '-')}/{name}", content)
    run.keep_file(f"phieu-dang-ky-{run.plan.year}.zip", buffer.getvalue(), "application/zip")

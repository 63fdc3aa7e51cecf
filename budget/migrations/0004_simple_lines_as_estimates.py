"""Lines of rate × factors become estimates of one cost, without a norm and of the same amount."""

from typing import Any

from django.db import migrations

FACTORS = {
    "learner_day": ("đồng/học viên/ngày", (("class", "classes"), ("person", "learners_per_class"), ("day", "days"))),
    "learner": ("đồng/học viên", (("class", "classes"), ("person", "learners_per_class"))),
    "class": ("đồng/lớp", (("class", "classes"),)),
}


def convert(apps: Any, schema_editor: Any) -> None:
    lines = apps.get_model("budget", "BudgetLine").objects
    costs = apps.get_model("budget", "EstimateLine").objects
    for basis, (label, factors) in FACTORS.items():
        lines.filter(basis=basis, amount=0).update(basis="lump_sum", rate=0)
        for line in lines.filter(basis=basis):
            given: dict[str, Any] = {}
            for place, (unit, name) in enumerate(factors, start=1):
                given |= {f"unit{place}": unit, f"number{place}": getattr(line, name)}
            costs.create(
                line=line,
                position=1,
                content=f"Mức chi đã nêu, {label}",
                kind="invoice",
                level=line.rate,
                amount=line.amount,
                **given,
            )
            lines.filter(pk=line.pk).update(basis="estimate", rate=0)
    apps.get_model("budget", "NormItem").objects.filter(kind="percent", base="").update(base="excluding")


class Migration(migrations.Migration):
    dependencies = [("budget", "0003_estimates")]
    operations = [migrations.RunPython(convert, migrations.RunPython.noop)]

from django.db import migrations, models

from budget import triggers


class Migration(migrations.Migration):
    dependencies = [("budget", "0004_simple_lines_as_estimates")]
    operations = [
        migrations.AddConstraint(
            model_name="normitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("base", "excluding"), ("kind", "percent")),
                    models.Q(("base", "including"), ("kind", "percent"), ("level__lt", 100)),
                    models.Q(models.Q(("kind", "percent"), _negated=True), ("base", "")),
                    _connector="OR",
                ),
                name="norm_item_percent_names_its_base",
                violation_error_message="Tỷ lệ phần trăm phải nêu tính trên số tiền nào (nếu gồm cả chính khoản này thì dưới 100); mức chi khác thì để trống ô «tỷ lệ tính trên».",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount", models.F("rate")), ("basis", "lump_sum")),
                    models.Q(("basis", "estimate"), ("rate", 0)),
                    _connector="OR",
                ),
                name="budget_line_lump_sum_is_its_amount",
                violation_error_message="Thành tiền của khoản trọn gói là chính số tiền đó.",
            ),
        ),
        migrations.RunPython(triggers.install, triggers.remove),
    ]

from django.db import migrations

from budget import triggers


class Migration(migrations.Migration):
    dependencies = [("budget", "0008_levels_are_stated")]
    operations = [migrations.RunPython(triggers.install, triggers.install)]

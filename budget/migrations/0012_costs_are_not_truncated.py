from django.db import migrations

from budget import triggers


class Migration(migrations.Migration):
    dependencies = [("budget", "0011_class_steps")]
    operations = [migrations.RunPython(triggers.install, triggers.install)]

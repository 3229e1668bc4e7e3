from django.db import migrations

from fengqiao.kernel import rls


class Migration(migrations.Migration):
    """What somebody keeps for their own eyes, nobody else's request can read."""

    dependencies = [("shell", "0001_saved_views")]
    operations = [rls.protect("shell_savedview", rls.of_user())]

from django.db import migrations

from fengqiao.disputes import net
from fengqiao.kernel import rls


class Migration(migrations.Migration):
    """The same net over disputes, asking for a seat row by row where few rows are looked at."""

    dependencies = [("disputes", "0003_like")]
    operations = [rls.protect("disputes_dispute", net.DISPUTE)]

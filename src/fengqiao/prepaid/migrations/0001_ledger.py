from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "ledger" / "sql"
FILES = ("1_tables", "2_indexes", "3_guards", "4_posting", "5_holds", "6_days")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL((SQL / f"{name}.sql").read_text(encoding="utf-8"), "DROP SCHEMA IF EXISTS ledger CASCADE")
        for name in FILES
    ]

"""What the shell keeps for a reader: their saved views of lists."""

from __future__ import annotations

from django.db import models


class SavedView(models.Model):
    """A name for the filters, columns and order of one list, kept by one user for themselves."""

    user_id = models.BigIntegerField()
    path = models.CharField(max_length=200)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=2000, blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "path", "name"], name="saved_view_name")]

    def __str__(self) -> str:
        return self.name

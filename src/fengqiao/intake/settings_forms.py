"""Forms of what a district keeps as data: categories and dispatch rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from fengqiao.intake.models import Category
from fengqiao.intake.routing import LEVEL_KINDS
from fengqiao.intake.rules import ClockClass, Urgency
from fengqiao.people.models import Area, Organisation
from fengqiao.shell.forms import Form

LEVEL_NAMES = {
    "community": _("the community of the place"),
    "street": _("the subdistrict of the place"),
    "district": _("the district centre"),
}
assert LEVEL_NAMES.keys() == LEVEL_KINDS.keys()


class CategoryForm(Form):
    code = forms.RegexField(
        r"^[a-z0-9_-]+(\.[a-z0-9_-]+)*$", label=_("Code"), max_length=40, help_text=_("Never changes later"),
        error_messages={"invalid": _("Small letters, digits and dots, as in “city.order.dog”")},
    )  # fmt: skip
    name_zh = forms.CharField(label=_("Chinese name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    parent = forms.ModelChoiceField(
        Category.objects.filter(level__lte=2, is_active=True), label=_("Below"), required=False
    )
    clock_class = forms.ChoiceField(
        label=_("Time limits"),
        choices=[("", _("as the category above")), *ClockClass.choices],
        required=False,
    )
    keywords = forms.CharField(label=_("Words that point to it"), required=False, max_length=400)
    is_active = forms.BooleanField(label=_("in use"), required=False, initial=True)

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if not self.fields["code"].disabled and Category.objects.filter(code=code).exists():
            raise forms.ValidationError(_("Another category has this code"))
        return code


class RuleForm(Form):
    category = forms.ModelChoiceField(
        Category.objects.filter(is_active=True), label=_("Category"), required=False,
        empty_label=_("any"),
    )  # fmt: skip
    area = forms.ModelChoiceField(Area.objects.none(), label=_("Place"), required=False, empty_label=_("anywhere"))
    urgency = forms.ChoiceField(label=_("Urgency"), choices=[("", _("any")), *Urgency.choices], required=False)
    target = forms.ModelChoiceField(
        Organisation.objects.filter(is_active=True), label=_("Unit"), required=False,
        empty_label=_("none: by level"),
    )  # fmt: skip
    level = forms.ChoiceField(
        label=_("Level"), choices=[("", _("none: the unit above")), *LEVEL_NAMES.items()],
        required=False,
    )  # fmt: skip
    order = forms.IntegerField(label=_("Order"), min_value=1, max_value=10000, initial=100)
    is_active = forms.BooleanField(label=_("in use"), required=False, initial=True)

    def __init__(self, *args: Any, areas: QuerySet[Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wide = areas.filter(kind__in=("district", "street", "community"))
        self.fields["area"].queryset = wide.order_by("code")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.errors and (found.get("target") is None) == (not found.get("level")):
            self.add_error("target", _("Name either a unit or a level, not both and not neither."))
        return found

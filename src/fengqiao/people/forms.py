"""Forms of people, and allauth's forms in our dress and words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as SecondFactorAgainForm
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm
from allauth.mfa.totp.forms import ActivateTOTPForm, DeactivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel.actor import verbs
from fengqiao.kernel.notify.ports import chat_address
from fengqiao.people import access, numbers
from fengqiao.people.models import Area, Organisation, User
from fengqiao.people.rules import (
    KEY_ROLES,
    AreaKind,
    OrganisationKind,
    RevealPurpose,
    Role,
    kinds_below,
    mask_email,
    mask_phone,
)
from fengqiao.shell.forms import Form, Picks

SIX_DIGITS = _("Six digits from the authenticator app, or a recovery code.")


class SignIn(Form, LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "login", _("Sign-in name"))
        _say(self, "password", _("Password"))


class Again(Form, ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "password", _("Password"))


class NewPassword(Form, ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "oldpassword", _("Present password"))
        _say(self, "password1", _("New password"), _("At least 10 characters, and not one that many people use."))
        _say(self, "password2", _("New password once more"))


class SecondFactor(Form, AuthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(
            self,
            "code",
            _("Code of the second factor"),
            _("Six digits from the authenticator app, or a recovery code."),
        )


class SecondFactorAgain(Form, SecondFactorAgainForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(
            self,
            "code",
            _("Code of the second factor"),
            _("Six digits from the authenticator app, or a recovery code."),
        )


class ActivateApp(Form, ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "code", _("Code of the second factor"), _("The six digits the app shows now."))


class DeactivateApp(Form, DeactivateTOTPForm):  # type: ignore[misc]
    pass


class RecoveryCodes(Form, GenerateRecoveryCodesForm):  # type: ignore[misc]
    pass


class AddKey(Form, AddWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(
            self,
            "name",
            _("Name of the key"),
            _("So that you can tell your keys apart, for example “office computer”."),
        )
        if "passwordless" in self.fields:
            _say(self, "passwordless", _("Sign in with this key alone, without the password"))


class EditKey(Form, EditWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "name", _("Name of the key"))


def _say(form: forms.Form, name: str, label: Any, hint: Any = "") -> None:
    """Our words for a field of allauth; a placeholder would only repeat the label."""
    field = form.fields[name]
    field.label, field.help_text = label, hint
    field.widget.attrs.pop("placeholder", None)


class AskCode(Form):
    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self) -> str:
        return numbers.phone(self.cleaned_data["phone"])


class EnterCode(Form):
    code = forms.CharField(
        label=_("Code from the message"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class Place(Form):
    """What may be changed of a place; `kind` is asked when one is laid out."""

    kind = forms.ChoiceField(label=_("Kind of place"))
    name = forms.CharField(label=_("Name"), max_length=80)
    aliases = forms.CharField(
        label=_("Other names people use"),
        required=False,
        max_length=400,
        help_text=_("One after another, separated by commas. A message that uses one of them is put here."),
    )
    households = forms.IntegerField(label=_("Households"), required=False, min_value=0)
    residents = forms.IntegerField(label=_("Residents"), required=False, min_value=0)

    def __init__(self, *args: Any, parent: Area | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if parent is None:
            del self.fields["kind"]
        else:
            kinds = kinds_below(AreaKind(parent.kind))
            self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]

    def clean_aliases(self) -> list[str]:
        names = self.cleaned_data["aliases"].replace("，", ",").replace("、", ",").split(",")
        return sorted({name.strip()[:60] for name in names if name.strip()})


class Unit(Form):
    """An organisation."""

    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind of organisation"), choices=OrganisationKind.choices)
    code = forms.SlugField(
        label=_("Code"), max_length=30, help_text=_("Letters, digits and hyphens; it stays for good.")
    )
    phone = forms.CharField(label=_("Telephone"), required=False, max_length=30)
    address = forms.CharField(label=_("Address"), required=False, max_length=200)
    capacity = forms.IntegerField(
        label=_("Matters it can handle at a time"),
        required=False,
        min_value=0,
        initial=0,
        help_text=_("0 means no limit."),
    )

    def __init__(self, *args: Any, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fixed:
            del self.fields["kind"], self.fields["code"]

    def clean_phone(self) -> str:
        return numbers.phone(self.cleaned_data["phone"], hotlines=True)

    def clean_capacity(self) -> int:
        return self.cleaned_data["capacity"] or 0


class Duty(Form):
    """A duty for somebody who has an account or gets one now."""

    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=60,
        help_text=_("Of a colleague who already has an account, or a new one."),
    )
    name = forms.CharField(label=_("Full name"), required=False, max_length=60, help_text=_("For a new account."))
    role = forms.ChoiceField(label=_("Duty"), choices=[(role.value, role.label) for role in Role if role != "resident"])
    area = forms.ModelChoiceField(
        label=_("Place"), queryset=Area.objects.none(), required=False, empty_label=_("the whole area of the unit")
    )
    starts_on = forms.DateField(label=_("From"))
    ends_on = forms.DateField(label=_("Until"), required=False)
    capacity = forms.IntegerField(
        label=_("Matters this person can handle at a time"),
        required=False,
        min_value=0,
        help_text=_("0 means no limit."),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from fengqiao.people import queries

        place = organisation.place
        if place is not None:
            below = queries.areas_below(place).filter(is_active=True)
            shown = list(below.order_by("code").values_list("pk", flat=True)[:500])
            self.fields["area"].queryset = below.filter(pk__in=shown).order_by("code")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.user = User.objects.filter(username__iexact=given.get("username", "")).first()
        if self.user is None and not given.get("name"):
            self.add_error("name", _("Nobody has this sign-in name yet. For a new account, write the full name."))
        starts, ends = given.get("starts_on"), given.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The last day lies before the first."))
        return given


class Absence(Form):
    away_until = forms.DateField(
        label=_("Away until and including"), required=False, help_text=_("Leave it empty when you are back.")
    )


class Addresses(Form):
    """Where the notices of a member of staff go, as they type it themselves."""

    phone = forms.CharField(
        label=_("Mobile number"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        help_text=_("Urgent matters ring here, also at night; other messages only in the daytime."),
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, max_length=200, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def clean_phone(self) -> str:
        return numbers.phone(self.cleaned_data["phone"])


class AddressesOfAnother(Addresses):
    """The same for an administrator, who sees what is held masked: an empty field keeps it."""

    forget = forms.BooleanField(label=_("Remove what is held now"), required=False)

    def __init__(self, *args: Any, held: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = held
        for field in ("phone", "email"):
            del self.fields[field].widget.attrs["autocomplete"]
        self.fields["phone"].help_text = _held(mask_phone(held.phone))
        self.fields["email"].help_text = _held(mask_email(held.email))
        if not held.phone and not held.email:
            del self.fields["forget"]

    def addresses(self) -> dict[str, str]:
        """What holds from now on."""
        given = self.cleaned_data
        kept = {} if given.get("forget") else {"phone": self.held.phone, "email": self.held.email}
        return {name: given[name] or kept.get(name, "") for name in ("phone", "email")}


class Chat(Form):
    """The group chat of an organisation. What is held stays unless something is written or it is removed."""

    chat = forms.CharField(
        label=_("Address of the group robot"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("In WeCom, DingTalk or Feishu add a robot to the group and paste the address it shows."),
    )
    forget = forms.BooleanField(label=_("Write to this chat no longer"), required=False)

    def __init__(self, *args: Any, held: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not held:
            del self.fields["forget"]

    def clean_chat(self) -> str:
        try:
            return chat_address(self.cleaned_data["chat"]) if self.cleaned_data["chat"] else ""
        except ValueError as problem:
            raise forms.ValidationError(
                _("This is not the address of a group robot of WeCom, DingTalk or Feishu.")
            ) from problem

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("chat") and not given.get("forget") and "chat" not in self.errors:
            self.add_error("chat", _("Paste the address the robot shows."))
        return given


def _held(masked: str) -> Any:
    if not masked:
        return _("None is held now.")
    return format_lazy(_("Now {address}. Leave it empty to keep it."), address=masked)


class Reveal(Form):
    purpose = forms.ChoiceField(label=_("What do you need it for?"), choices=RevealPurpose.choices)


class FindReadings(Form):
    who = forms.CharField(label=_("Who looked"), required=False, max_length=60)
    about = forms.CharField(label=_("Number of the matter"), required=False, max_length=60)


class SystemKey(Form):
    """A key for a connected system."""

    name = forms.CharField(
        label=_("Name of the system"), max_length=60, help_text=_("So that you know later whose key this is.")
    )
    role = forms.ChoiceField(
        label=_("Duty it acts in"),
        choices=[(role.value, role.label) for role in KEY_ROLES],
        help_text=_("It sees what this duty of the organisation would see, and what it sent in itself."),
    )
    scopes = Picks(label=_("What it may do"), help_text=_("Give it the least it needs."))
    expires_on = forms.DateField(label=_("Works until"), help_text=_("Two years at most."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = list(access.offered_scopes().items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if any(given.get("role") not in verbs()[scope] for scope in given.get("scopes", ())):
            self.add_error("scopes", _("This duty does not do all that was chosen."))
        return given


class WebhookForm(Form):
    """An address that is told of events."""

    url = forms.URLField(
        label=_("Address"),
        max_length=500,
        assume_scheme="https",
        help_text=_("https, reachable from outside."),
    )
    kinds = Picks(label=_("What it hears of"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = list(access.offered_events().items())  # type: ignore[attr-defined]

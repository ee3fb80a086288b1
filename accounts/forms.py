"""Forms of the sign-in and of the own password.

What a wrong try is told stands here; when somebody is locked out is decided by axes (settings.py).
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from accounts.activation import account_of, activate
from accounts.models import User
from jinxian.lib import Refused

LONGEST_PASSWORD = 256


def validate_storable(value: str) -> None:
    """Refuse NUL and halves of surrogate pairs: forms let them pass, hashing and databases break on them."""
    try:
        value.encode()
    except UnicodeEncodeError:
        broken = True
    else:
        broken = "\x00" in value
    if broken:
        raise ValidationError(
            _("There is a character in it that cannot be stored. Please type it by hand."), code="broken"
        )


def _guard(form: forms.Form, *names: str) -> None:
    for name in names:
        field = form.fields[name]
        # Ours alone: Django's validators would name the NUL a "null character".
        field.validators = [validate_storable, *(v for v in field.validators if "Null" not in type(v).__name__)]


class SignInForm(AuthenticationForm):
    """User name and password. The user name stays after a wrong try, the password never does."""

    error_messages = {
        "invalid_login": _("The user name or the password is not right. After 5 wrong tries you wait 15 minutes."),
        "inactive": _("This account is closed. Please ask your township's organization officer."),
    }

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = _("User name")
        self.fields["username"].widget.attrs.update(autofocus=True, autocapitalize="none", spellcheck="false")
        # Django writes the length on the page only; a longer name would reach the table of failed tries and break it.
        longest = MaxLengthValidator(self.fields["username"].max_length, self.error_messages["invalid_login"])  # type: ignore[attr-defined]
        self.fields["username"].validators.append(longest)
        self.fields["password"].max_length = LONGEST_PASSWORD  # type: ignore[attr-defined]
        self.fields["password"].widget.attrs["maxlength"] = LONGEST_PASSWORD
        _guard(self, "username", "password")

    def get_invalid_login_error(self) -> ValidationError:
        if self._is_closed_account():
            return ValidationError(self.error_messages["inactive"], code="inactive")
        return ValidationError(self.error_messages["invalid_login"], code="invalid_login")

    def _is_closed_account(self) -> bool:
        """Told only to who knows the password, and never worked out for a try that is locked out."""
        if getattr(self.request, "axes_locked_out", False):
            return False
        user = get_user_model().objects.filter(username=self.cleaned_data["username"], is_active=False).first()
        return user is not None and user.check_password(self.cleaned_data["password"])


class OwnPasswordForm(PasswordChangeForm):
    """The old password and the new one twice, with the rules in plain words."""

    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": _("This is not your present password."),
        "password_mismatch": _("The two new passwords differ."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("Present password")
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password1"].help_text = _(
            "At least 10 characters; not only digits, not a common word, not like your name."
        )
        self.fields["new_password2"].label = _("New password again")
        self.fields["new_password2"].help_text = ""
        _guard(self, "old_password", "new_password1", "new_password2")


class FirstSignInForm(forms.Form):
    """User name and code as they stand on the slip, and the new password twice."""

    username = forms.CharField(label=_("User name"), max_length=150)
    code = forms.CharField(
        label=_("Code from the slip"), max_length=40, help_text=_("Twelve letters and digits; hyphens may be left out.")
    )
    new_password1 = forms.CharField(
        label=_("New password"),
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters; not only digits, not a common word, not like your name."),
    )
    new_password2 = forms.CharField(
        label=_("New password again"),
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user: User | None = None
        for name, mode in (("username", "username"), ("code", "one-time-code")):
            self.fields[name].widget.attrs.update(autocapitalize="none", spellcheck="false", autocomplete=mode)
        _guard(self, *self.fields)

    def clean(self) -> dict[str, Any]:
        """The code first: who has none learns nothing about passwords."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.user = account_of(cleaned["username"], cleaned["code"])
            except Refused as refused:
                raise ValidationError(str(refused), code=refused.code) from None
            passwords = SetPasswordForm(self.user, data=self.data)
            for name, errors in passwords.errors.items():
                self.add_error(name, errors)
        return cleaned

    def activated(self) -> User:
        """Set the password. Errors: Refused where the code was used a moment before."""
        assert self.user is not None
        activate(self.user, self.cleaned_data["new_password1"])
        return self.user

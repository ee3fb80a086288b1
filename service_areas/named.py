"""Things the county names: a code, a name as the county writes it, and one for English pages."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from jinxian.lib.labels import in_language

digits_only = RegexValidator(r"^[0-9]+\Z", _("A code has digits only."))


class Named(models.Model):
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return in_language(self.name, self.name_en)

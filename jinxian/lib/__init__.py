"""The ground floor: leaf helpers without models, requests or a clock; imports nothing of this project.

Decided here is only how a helper says no: `Refused` carries a code for programs and a sentence for people.
"""

from django.utils.translation import gettext


class Refused(ValueError):
    """What was typed cannot be taken. `str()` is the sentence to show, in the language active at that moment.

    `message` is an English msgid (marked with gettext_noop where it is written), `params` fill its placeholders.
    """

    def __init__(self, code: str, message: str, **params: object) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return gettext(self.message) % self.params

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pledges.models import PublicPledge
from tracker.newsletter.addresses import MOST, NO_ADDRESS, normalise

_LONGEST_SLUG = 255
_NO_PLEDGE = _("There is no pledge at that address any more. Look for it among all pledges.")


class SignUpForm(forms.Form):
    """What the form on every page sends. A page of a pledge lets one choose; elsewhere there is the digest only."""

    address = forms.CharField(
        strip=False,
        max_length=MOST,
        error_messages={"required": _("Please type your e-mail address."), "max_length": NO_ADDRESS},
    )
    pledge = forms.CharField(
        required=False, strip=False, max_length=_LONGEST_SLUG, error_messages={"max_length": _NO_PLEDGE}
    )
    digest = forms.BooleanField(required=False)
    follow = forms.BooleanField(required=False)
    message = forms.CharField(
        required=False, strip=False, max_length=MOST
    )  # nobody sees it: only a program fills it in

    @property
    def is_filled_by_a_program(self) -> bool:
        return bool(self.data.get("message"))

    def clean_address(self) -> str:
        return normalise(self.cleaned_data["address"])

    def clean_pledge(self) -> int | None:
        """Give the key of the pledge whose page the form stood on."""
        slug = self.cleaned_data["pledge"]
        if not slug:
            return None
        key = PublicPledge.objects.in_public().filter(slug=slug).values_list("pledge_id", flat=True).first()
        if key is None:
            raise forms.ValidationError(_NO_PLEDGE)
        return key

    def clean(self) -> dict[str, Any]:
        wishes = self.cleaned_data
        if wishes.get("pledge") is None:  # as it was understood, not as it was typed: what is kept must fit together
            wishes["digest"], wishes["follow"] = True, False
        elif not (wishes["digest"] or wishes["follow"]):
            self.add_error("digest", _("Choose at least one of the two."))
        return wishes

"""The acts in a review as pages: what each is called, what follows, its form, its action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conurb.region.forms import Form
from conurb.region.models import User
from conurb.sames.planning import forms
from conurb.sames.planning.actions import reviews
from conurb.sames.planning.models import Review
from conurb.sames.planning.reviewing import Act

Do = Callable[[User, Review, Form], Review]


@dataclass(frozen=True)
class ActPage:
    """A page with a form; `danger` marks what ends or harms, `done` is said afterwards."""

    act: Act
    title: Promise
    hint: Promise
    done: Promise
    form: type[Form]
    do: Do
    icon: str
    danger: bool = False

    @property
    def slug(self) -> str:
        """The act in addresses."""
        return self.act.value


def _answering(action: Callable[..., Review]) -> Do:
    def do(actor: User, review: Review, form: Form) -> Review:
        given = form.cleaned_data
        return action(actor, review, words=given["words"], round_read=given["round_read"])

    return do


def _resubmit(actor: User, review: Review, form: Form) -> Review:
    given: dict[str, Any] = form.cleaned_data
    return reviews.resubmit(actor, review, given["version"], words=given["words"])


def _withdraw(actor: User, review: Review, form: Form) -> Review:
    return reviews.withdraw(actor, review, words=form.cleaned_data["words"])


ACTS: dict[str, ActPage] = {
    page.slug: page
    for page in (
        ActPage(
            Act.SIGN,
            _("Sign"),
            _(
                "Your authority agrees to the version that is reviewed now. The layer is adopted "
                "when all parties have signed it. Until then the signature can be taken back."
            ),
            _("Signed."),
            forms.SignForm,
            _answering(reviews.sign),
            "signature",
        ),
        ActPage(
            Act.OBJECT,
            _("Raise an objection"),
            _(
                "The submitting authority and the other parties read the reason. The layer is not "
                "adopted as long as the objection stands."
            ),
            _("The objection stands in the review."),
            forms.ObjectForm,
            _answering(reviews.object_to),
            "hand-stop",
            danger=True,
        ),
        ActPage(
            Act.TAKE_BACK,
            _("Take back the answer"),
            _("Your authority counts as asked again; its limit stays as it was."),
            _("The answer was taken back."),
            forms.TakeBackForm,
            _answering(reviews.take_back),
            "rotate",
        ),
        ActPage(
            Act.RESUBMIT,
            _("Submit a new version"),
            _(
                "The findings are worked out anew. Who objected or has not answered is asked "
                "again, with a new limit. A signature stands where nothing was changed near that "
                "city’s border and no finding that names the city is new."
            ),
            _("The new version is under review."),
            forms.ResubmitForm,
            _resubmit,
            "file-import",
        ),
        ActPage(
            Act.WITHDRAW,
            _("Withdraw from review"),
            _("The review ends without a result. Its record stays."),
            _("The layer was withdrawn from review."),
            forms.WithdrawForm,
            _withdraw,
            "circle-x",
            danger=True,
        ),
    )
}

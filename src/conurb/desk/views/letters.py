"""The letters of a case, for whoever may see it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conurb.desk.views.access import case_of
from conurb.desk.writers import letters
from conurb.journal.serving import download


@login_required
@require_safe
def case_letter(request: HttpRequest, key: str, kind: str) -> HttpResponse:
    """Answer with a letter as a Word document, where the case has got that far."""
    case = case_of(request, key)
    for offered in letters.letters_of(case):
        if offered.kind == kind and case.authority is not None:
            content = letters.write(offered.kind, case, case.authority)
            return download(content, letters.file_name(offered.kind, case), letters.DOCX)
    raise Http404(_("There is no such letter in this case."))

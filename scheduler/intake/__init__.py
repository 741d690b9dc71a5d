"""What a booking asks of a patient: the details form with its checks, and the questions of an appointment type.

The portal shows it to patients, the console to staff who book for them; both get the same checks and words. Public:
``forms`` (``details_form``, ``DetailsForm``), ``asking`` (``Asked``, the questions of one person), ``drafts``, ``who`` (whom a visit is for), ``fields`` (checked form fields), ``questions.questions_of``.
May import: booking's values, models, web, the foundation; never a face.
"""

from scheduler.intake.asking import Asked
from scheduler.intake.drafts import Draft, read_draft
from scheduler.intake.forms import DetailsForm, details_form, typed_values
from scheduler.intake.questions import questions_of

__all__ = ["Asked", "DetailsForm", "Draft", "details_form", "questions_of", "read_draft", "typed_values"]

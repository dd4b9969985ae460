"""Why a photo is not taken, in sentences that say what to do."""

from typing import Literal

from app.errors import N_, Invalid

Code = Literal["too_big", "too_many_pixels", "not_a_photo", "broken", "format"]

SENTENCES: dict[Code, str] = {
    "too_big": N_("The photo is larger than %(megabytes)s MB. Choose a smaller photo."),
    "too_many_pixels": N_("The photo has more than %(megapixels)s megapixels. Choose a smaller photo."),
    "not_a_photo": N_("This file is not a photo. Choose a photo from your phone or computer."),
    "broken": N_("We could not open the photo. The file may be damaged. Send it again, or choose another photo."),
    "format": N_("We cannot use this kind of file. Choose a photo in JPEG, PNG, WebP, HEIC or AVIF format."),
}


class PhotoRefused(Invalid):
    """The bytes are no photo we take; `code` is for programs, `message` and `params` for people."""

    def __init__(self, code: Code, **params: object) -> None:
        super().__init__(SENTENCES[code], fields=None, **params)
        self.code = code

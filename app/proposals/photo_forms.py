"""What is read from the forms of photos: the file, the words beside it, and the mark of a press."""

import re
from typing import IO, Annotated

from fastapi import Request
from pydantic import AfterValidator, BaseModel, Field
from starlette.datastructures import UploadFile

from app.errors import FieldError, Invalid
from app.proposals.fields import LONG, Line, clean
from app.proposals.photos import ALT, Words
from app.vault import token
from app.web.forms import Typed, parse
from app.web.posted import posted

_NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")


class PhotoForm(BaseModel):
    """What whoever brings or changes a photo says of it."""

    alt: Annotated[Line, Field(max_length=ALT)] = ""
    agreed: bool = False


class PhotoRemovalForm(BaseModel):
    """Why a photo goes."""

    why: Annotated[str, AfterValidator(clean), Field(max_length=LONG)] = ""


def new_nonce() -> str:
    """A mark for a form: the same in every press of it."""
    return token(16)


def said_in(form: Typed) -> PhotoForm:
    """The words of a form; Invalid for too many of them."""
    return parse(PhotoForm, form)


def described_in(form: Typed) -> Words:
    """The description as it was typed and as it was read, each None where the form says nothing of it; Invalid for too many words."""
    return Words(alt=said_in(form).alt if "alt" in form.values else None, was=form.values.get("was"))


def nonce_in(form: Typed) -> str:
    """The mark of the press; a new one where a program left it out."""
    given = form.get("nonce")
    return given if _NONCE.fullmatch(given) else new_nonce()


def chosen_in(form: Typed) -> str:
    """By what the browser's script knows the file that was chosen, however small it made it; empty without script."""
    return form.get("chosen")[:400]


async def file_in(request: Request) -> IO[bytes]:
    """The file of the form; Invalid (field `file`) when none was chosen."""
    file = (await posted(request)).get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid(FieldError("file", "pictures.none"))
    return file.file
